import { Problem } from './problem.ts';

/** About as long as a static ad takes. */
const RETRY_AFTER_SECONDS = 5;

/**
 * 429: as many jobs are under way as the account may have. The name of the limit is in headers (draft-ietf-httpapi-ratelimit-headers)
 * and body.
 */
export function tooManyJobs(maxJobs: number): Problem {
  return new Problem(
    'rate_limited',
    {
      detail: `This account may have ${String(maxJobs)} jobs under way at a time (max_concurrent_jobs), and has. Send the same request with the same Idempotency-Key once one has ended.`,
      billed: 'no',
      limit: { limit: 'max_concurrent_jobs', jobs: maxJobs },
    },
    jobLimitHeaders(maxJobs),
  );
}

export function jobLimitHeaders(maxJobs: number): Readonly<Record<string, string>> {
  return {
    RateLimit: `"max_concurrent_jobs";r=0;t=${String(RETRY_AFTER_SECONDS)}`,
    'RateLimit-Policy': `"max_concurrent_jobs";q=${String(maxJobs)}`,
    'Retry-After': String(RETRY_AFTER_SECONDS),
  };
}
