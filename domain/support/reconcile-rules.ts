/** The state of an open reservation's workflow, by Temporal. */
export type WorkflowStatus =
  | { readonly status: 'running' }
  | { readonly status: 'closed'; readonly closedSecondsAgo: number }
  | { readonly status: 'not_found' }
  /** The Describe failed, with this error. */
  | { readonly status: 'unreadable'; readonly why: string };

/** Why "not found" is not believed. */
export type Doubt = 'canary_not_found' | 'too_many_not_found';

/** So long past return_by, credits return whatever the workflow does. */
export const OVERDUE_AFTER_SECONDS = 60;

/**
 * A page with a larger share of missing workflows is not believed: a wrong namespace must not release every
 * reservation.
 */
const MAX_NOT_FOUND_SHARE = 0.05;

export function isOverdue(overdueSeconds: number): boolean {
  return overdueSeconds > OVERDUE_AFTER_SECONDS;
}

type Verdict =
  /** Its workflow runs, or closed a moment ago: its last admission or settlement may be under way. */
  | { readonly verdict: 'leave' }
  | { readonly verdict: 'settle' }
  /** It cannot be settled in this run: it goes to the repair queue with the reason. */
  | { readonly verdict: 'hold_back'; readonly why: string };

/**
 * Decides about a reservation. A workflow that is *found* closed is closed. "Not found" may be our mistake (the wrong
 * namespace), so that alone is doubted.
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

/** Whether so many of a page may be missing. One always may: a page can have a single reservation. */
export function isNotFoundPlausible(notFound: number, pageSize: number): boolean {
  return notFound <= Math.max(1, Math.floor(pageSize * MAX_NOT_FOUND_SHARE));
}
