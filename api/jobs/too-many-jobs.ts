import { limitHeaders } from '../http/limit-headers.ts';
import { Problem } from '../http/problem.ts';
import { counted } from '../../domain/texts/counted.ts';

/** About as long as a static ad takes. */
const RETRY_AFTER_SECONDS = 5;

/** 429: the account's limit of jobs under way is reached. Headers and body name the limit. */
export function tooManyJobs(maxJobs: number): Problem {
  return new Problem(
    'rate_limited',
    {
      detail: `This account may have ${counted(maxJobs, 'job')} under way at a time (max_concurrent_jobs), and has. Send the same request with the same Idempotency-Key once one has ended.`,
      billed: 'no',
      limit: { limit: 'max_concurrent_jobs', jobs: maxJobs },
    },
    jobLimitHeaders(maxJobs),
  );
}

export function jobLimitHeaders(maxJobs: number): Readonly<Record<string, string>> {
  return limitHeaders('max_concurrent_jobs', maxJobs, RETRY_AFTER_SECONDS);
}
