import { failureOf, type Failure } from '../work/failures.ts';

/** The rules of support's commands (contract/support-command.ts). Workflow code uses this file. */

/** From now. A longer extension takes a second command: credits that are reserved for weeks are better returned. */
export const MAX_EXTENSION_SECONDS = 7 * 24 * 3_600;

/**
 * The failure of an output that support releases. It is our fault, so expired credits return as a new grant. Who of
 * support, and why, is on record and not shown to the customer.
 */
export const RELEASED_BY_SUPPORT: Failure = {
  ...failureOf('terminated', 'us'),
  detail: 'Support ended the job before it was done, and its credits were returned.',
};

/** Why a command is refused, and what can be done. Stable codes: the problem's `reason`. */
const REFUSALS = {
  job_ended: 'The job has ended: no credits of it are reserved any more.',
  not_running: 'No workflow runs this job any more. Its credits return by themselves; submit it anew.',
  nothing_committed: 'Nothing was charged, so there is nothing to give back.',
  already_refunded: 'All that was charged has been given back already.',
  free_retry_given:
    'A free retry has made this good already. If that is no better, have it reported: its review refunds what was paid.',
  exceeds_committed: 'That is more than what was charged and not yet given back.',
  not_later: 'The credits return no earlier than that already. Name a later time.',
  no_such_attempt: 'No output of this job that is still open has such an attempt.',
  several_attempts: 'Several attempts are meant. Name one by its reference.',
  attempt_unknown: 'It is not known whether this attempt ran. Resolve it first, then restart.',
  attempt_replaced: 'This attempt was replaced already. Name the one that runs now.',
  attempt_delivered: 'This attempt has delivered its result, and is about to be charged.',
  attempt_over: 'This attempt is over. Where another is allowed, the job makes it by itself.',
  too_costly:
    'Another attempt would cost us more than the model allows of one output (maxCost). Let this one end, or release the job.',
  attempt_on_its_way: 'The submission is on its way still. Ask again in half a minute.',
  attempt_known: 'No attempt of this job is in doubt.',
  not_found_at_provider:
    'The provider knows no such job. Name the provider_job_id that it shows you, or resolve it as did_not_run.',
  provider_job_of_another:
    'The provider_job_id is of another submission. Ask the provider for the attempt’s own reference.',
  provider_cannot_be_asked:
    'This provider cannot be asked for a submission. Name its provider_job_id, as the provider shows it to you.',
  provider_does_not_say:
    'The provider does not say what became of it. Name its provider_job_id, or ask again later under a new key.',
} as const;
export type SupportRefusal = keyof typeof REFUSALS;

export function describeRefusal(reason: SupportRefusal): string {
  return REFUSALS[reason];
}

export function isSupportRefusal(reason: unknown): reason is SupportRefusal {
  return typeof reason === 'string' && Object.hasOwn(REFUSALS, reason);
}
