import type { Refusal } from '../client/start-job.ts';
import { jobPath } from './job-view.ts';
import { Problem } from './problem.ts';

/** One sentence per reason of an admission's refusal; the code's own advice where there is none. */
const DETAILS: Readonly<Record<string, string>> = {
  quote_expired: 'The quote has expired. Ask for a new one, and submit it with a new Idempotency-Key.',
  quote_is_for_another_body:
    'The quote was given for another request. Quote this one, and use a new Idempotency-Key.',
  price_list_changed:
    'The price has changed since the quote. Ask for a new one, and use a new Idempotency-Key.',
  over_max_credits: 'The price is above max_credits. Nothing was reserved.',
  quote_not_found: 'There is no such quote.',
  account_not_found: 'There is no such account.',
  not_admitted_in_time:
    'The job could not be admitted within a minute of its submission, so it was refused. Nothing was reserved; submit it with a new Idempotency-Key.',
};

/** A refusal by admission as the problem it is answered with, now and at every replay. Nothing was reserved or charged. */
export function problemOfRefusal(refusal: Refusal, headers: Readonly<Record<string, string>>): Problem {
  const detail =
    refusal.code === 'insufficient_credits' ? insufficientDetail(refusal) : DETAILS[refusal.reason];
  return new Problem(
    refusal.code,
    {
      billed: 'no',
      ...(detail === undefined ? {} : { detail }),
      ...(refusal.required === undefined ? {} : { required: refusal.required }),
      ...(refusal.available === undefined ? {} : { available: refusal.available }),
      ...(refusal.reserved === undefined ? {} : { reserved: refusal.reserved }),
      ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
      ...(refusal.job_id === undefined
        ? {}
        : { job_id: refusal.job_id, links: { job: jobPath(refusal.job_id) } }),
    },
    headers,
  );
}

function insufficientDetail(refusal: Refusal): string {
  const { required = 0, available = 0 } = refusal;
  return `This costs ${String(required)} credits and ${String(available)} are available. Add credits or ask for less, and submit with a new Idempotency-Key.`;
}
