import type { Attempt } from '../domain/output-plan.ts';
import type { Collected } from './collect.ts';
import type { Submission } from './submit.ts';

/** What is not accepted goes back to the workflow, which knows what follows. */
export type MadePart = Exclude<Submission, { readonly outcome: 'accepted' }> | Collected;

/**
 * Submits an attempt and, when it is accepted at once, follows it to its end: two steps in one activity, and six events
 * of history less. Each of the two may be repeated, so both together may.
 */
export function createMakePart(
  submit: (attempt: Attempt) => Promise<Submission>,
  collect: (attempt: Attempt, providerJobId: string) => Promise<Collected>,
) {
  return async function makePart(attempt: Attempt): Promise<MadePart> {
    const submission = await submit(attempt);
    return submission.outcome === 'accepted' ? collect(attempt, submission.providerJobId) : submission;
  };
}
