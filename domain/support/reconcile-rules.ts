/** The state of the workflow behind an open reservation, by Temporal. */
export type WorkflowStatus =
  | { readonly status: 'running' }
  | { readonly status: 'closed'; readonly closedSecondsAgo: number }
  | { readonly status: 'not_found' }
  /** Temporal did not say: an error of this one call, in its words. */
  | { readonly status: 'unreadable'; readonly why: string };

/** Why "not found" is not believed. */
export type Doubt = 'canary_not_found' | 'too_many_not_found';

/** Past return_by by this much, credits return whatever the workflow is doing. */
export const OVERDUE_AFTER_SECONDS = 60;

/** A page with a larger share of vanished workflows than this is not believed: a wrong namespace must not refund the world. */
const MAX_NOT_FOUND_SHARE = 0.05;

export function isOverdue(overdueSeconds: number): boolean {
  return overdueSeconds > OVERDUE_AFTER_SECONDS;
}

export type Verdict =
  /** Its workflow runs, or has closed a moment ago: its last admit or settle may still be on its way. */
  | { readonly verdict: 'leave' }
  | { readonly verdict: 'settle' }
  /** It cannot be settled in this run: support sees why. */
  | { readonly verdict: 'hold_back'; readonly why: string };

/**
 * Decides about a reservation. A workflow that is *found* closed is surely closed, so nothing else is asked; only "not
 * found" may be a mistake of ours (the wrong namespace), so only that is held back in doubt.
 */
export function verdictOf(workflow: WorkflowStatus, graceSeconds: number, doubt: Doubt | null): Verdict {
  switch (workflow.status) {
    case 'running':
      return { verdict: 'leave' };
    case 'closed':
      return { verdict: workflow.closedSecondsAgo >= graceSeconds ? 'settle' : 'leave' };
    case 'not_found':
      return doubt === null ? { verdict: 'settle' } : { verdict: 'hold_back', why: doubt };
    case 'unreadable':
      return { verdict: 'hold_back', why: `workflow_unreadable: ${workflow.why}` };
  }
}

/** Whether so many of a page may be missing. One alone may always be: a page can be as short as one. */
export function isNotFoundPlausible(notFound: number, pageSize: number): boolean {
  return notFound <= Math.max(1, Math.floor(pageSize * MAX_NOT_FOUND_SHARE));
}
