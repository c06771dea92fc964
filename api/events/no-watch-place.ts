import type { NoPlace } from './watch-places.ts';
import { limitHeaders } from '../http/limit-headers.ts';
import { Problem, unavailable } from '../http/problem.ts';

/** About as long as a static ad takes: by then a place is free. */
const RETRY_AFTER_SECONDS = 5;

const INSTEAD =
  'Nothing was changed. Read the job, or its events as a list (Accept: application/json), instead.';

/**
 * Why a job cannot be watched now: 429 when the account has its share of places, 503 when the process has none left.
 */
export function noWatchPlace(place: NoPlace): Problem {
  if (place.is === 'process_full') return unavailable(`Too many requests watch jobs. ${INSTEAD}`);
  return new Problem(
    'rate_limited',
    {
      detail: `This account watches as many jobs at a time as it may (${String(place.places)}). ${INSTEAD}`,
      billed: 'no',
      limit: { limit: 'watched_jobs', places: place.places },
    },
    limitHeaders('watched_jobs', place.places, RETRY_AFTER_SECONDS),
  );
}
