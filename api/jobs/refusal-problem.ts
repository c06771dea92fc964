import type { Refusal } from '../../client/start-job.ts';
import { capDetail } from './cap-detail.ts';
import { jobPath } from '../../jobs/reads/job-view.ts';
import { Problem } from '../http/problem.ts';
import { jobLimitHeaders } from './too-many-jobs.ts';
import { counted, figure } from '../../domain/texts/counted.ts';

/** One sentence per refusal reason; otherwise the code's advice. */
const DETAILS: Readonly<Record<string, string>> = {
  quote_expired: 'The quote has expired. Ask for a new one, and submit it with a new Idempotency-Key.',
  quote_is_for_another_body:
    'The quote was given for another request. Quote this one, and use a new Idempotency-Key.',
  price_list_changed:
    'The price has changed since the quote. Ask for a new one, and use a new Idempotency-Key.',
  over_max_credits: 'The price is above max_credits. Nothing was reserved.',
  account_frozen: 'The account is frozen: nothing new is started until it is unfrozen. Nothing was reserved.',
  quote_not_found: 'There is no such quote.',
  source_not_found: 'There is no such output to edit.',
  source_not_delivered: 'Only an output that was delivered can be edited. This one has not succeeded.',
  account_not_found: 'There is no such account.',
  too_many_concurrent_jobs:
    'As many jobs are under way as this account may have. Nothing was reserved; submit it with a new Idempotency-Key once one has ended.',
  not_admitted_in_time:
    'The job could not be admitted within a minute of its submission, so it was refused. Nothing was reserved; submit it with a new Idempotency-Key.',
};

/** The problem of an admission's refusal, the same at every replay. Nothing was reserved or charged. */
export function problemOfRefusal(
  refusal: Omit<Refusal, 'outcome' | 'fingerprint'>,
  headers: Readonly<Record<string, string>>,
): Problem {
  const detail = detailOf(refusal);
  return new Problem(
    refusal.code,
    {
      billed: 'no',
      ...(detail === undefined ? {} : { detail }),
      ...(refusal.required === undefined ? {} : { required: refusal.required }),
      ...(refusal.available === undefined ? {} : { available: refusal.available }),
      ...(refusal.reserved === undefined ? {} : { reserved: refusal.reserved }),
      ...(refusal.limit ? { limit: refusal.limit } : {}),
      // Final for this key, although the code in general can be retried.
      ...(refusal.code === 'rate_limited' ? { retryable: false } : {}),
      ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
      ...(refusal.job_id === undefined
        ? {}
        : { job_id: refusal.job_id, links: { job: jobPath(refusal.job_id) } }),
    },
    {
      ...(refusal.limit?.limit === 'max_concurrent_jobs' ? jobLimitHeaders(refusal.limit.jobs) : {}),
      ...headers,
    },
  );
}

function detailOf(refusal: Omit<Refusal, 'outcome' | 'fingerprint'>): string | undefined {
  const { limit, required = 0 } = refusal;
  if (refusal.code === 'insufficient_credits') return insufficientDetail(refusal);
  if (limit && limit.limit !== 'max_concurrent_jobs') return capDetail(limit, required);
  return DETAILS[refusal.reason];
}

export function insufficientDetail({
  required = 0,
  available = 0,
}: {
  readonly required?: number;
  readonly available?: number;
}): string {
  return `This costs ${counted(required, 'credit')} and ${figure(available)} are available. Add credits or ask for less, and submit with a new Idempotency-Key.`;
}
