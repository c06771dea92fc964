/** What Temporal says of the workflow behind an open reservation. */
export type WorkflowSight =
  | { readonly seen: 'running' }
  | { readonly seen: 'closed'; readonly closedSecondsAgo: number }
  | { readonly seen: 'not_found' };

/** Past return_by by this much, credits return whatever the workflow is doing (design.md, "Deadlines"). */
export const OVERDUE_AFTER_SECONDS = 60;

/** A page with a larger share of vanished workflows than this is not believed: a wrong namespace must not refund the world. */
const MAX_NOT_FOUND_SHARE = 0.05;

export function isOverdue(overdueSeconds: number): boolean {
  return overdueSeconds > OVERDUE_AFTER_SECONDS;
}

/**
 * Whether nobody works on a reservation any more. A running workflow is left alone; a closed one gets the grace in which
 * its last admit or settle may still be on its way.
 */
export function isAbandoned(workflow: WorkflowSight | undefined, graceSeconds: number): boolean {
  switch (workflow?.seen) {
    case 'closed':
      return workflow.closedSecondsAgo >= graceSeconds;
    case 'not_found':
      return true;
    case 'running':
    case undefined:
      return false;
  }
}

/** Whether so many of a page may be missing. One alone may always be: a page can be as short as one. */
export function isNotFoundPlausible(notFound: number, pageSize: number): boolean {
  return notFound <= Math.max(1, Math.floor(pageSize * MAX_NOT_FOUND_SHARE));
}
