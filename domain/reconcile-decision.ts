/** What Temporal says of the workflow behind an open reservation. */
export type WorkflowSight =
  | { readonly seen: 'running' }
  | { readonly seen: 'closed'; readonly closedSecondsAgo: number }
  | { readonly seen: 'not_found' };

export type ReconcileDecision = 'leave' | 'release_terminated' | 'release_overdue';

/** Past return_by by this much, credits return whatever the workflow is doing (design.md, "Deadlines"). */
export const OVERDUE_AFTER_SECONDS = 60;

/** A page with a larger share of vanished workflows than this is not believed: a wrong namespace must not refund the world. */
const MAX_NOT_FOUND_SHARE = 0.05;

/**
 * Whether the reconciler ends an open reservation. A running workflow is left alone until return_by; a closed one gets
 * the grace in which its last admit or settle may still be on its way.
 */
export function decideReconcile(
  reservation: { readonly overdueSeconds: number; readonly workflow: WorkflowSight },
  graceSeconds: number,
): ReconcileDecision {
  if (reservation.overdueSeconds > OVERDUE_AFTER_SECONDS) return 'release_overdue';
  switch (reservation.workflow.seen) {
    case 'running':
      return 'leave';
    case 'closed':
      return reservation.workflow.closedSecondsAgo >= graceSeconds ? 'release_terminated' : 'leave';
    case 'not_found':
      return 'release_terminated';
  }
}

/** Whether so many of a page may be missing. One alone may always be: a page can be as short as one. */
export function isNotFoundPlausible(notFound: number, pageSize: number): boolean {
  return notFound <= Math.max(1, Math.floor(pageSize * MAX_NOT_FOUND_SHARE));
}
