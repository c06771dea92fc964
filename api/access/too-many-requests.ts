import type { RequestLimitName } from '../../contract/shapes/problem-shape.ts';
import { requestsLeft, secondsToNext, windowSeconds, type RequestLimit } from '../../domain/request-limit.ts';
import { rateLimitHeaders, type ShownLimit } from '../http/limit-headers.ts';
import { Problem } from '../http/problem.ts';

/** A limit of requests as headers show it. */
export function shownLimit(name: RequestLimitName, limit: RequestLimit, secondsToWhole: number): ShownLimit {
  return {
    name,
    allowed: limit.burst,
    windowSeconds: windowSeconds(limit),
    left: requestsLeft(limit, secondsToWhole),
    resetSeconds: Math.ceil(secondsToWhole),
  };
}

/** 429: the limit of requests is reached. Nothing was done or counted. */
export function tooManyRequests(
  name: RequestLimitName,
  limit: RequestLimit,
  secondsToWhole: number,
): Problem {
  const retryAfter = Math.max(1, Math.ceil(secondsToNext(limit, secondsToWhole)));
  return new Problem(
    'rate_limited',
    {
      detail: `More requests came than ${name} allows: ${String(limit.perSecond)} a second, and ${String(limit.burst)} at once after a pause. Send it again after ${String(retryAfter)} s.`,
      billed: 'no',
      limit: { limit: name, per_second: limit.perSecond, burst: limit.burst },
    },
    {
      ...rateLimitHeaders([
        { ...shownLimit(name, limit, secondsToWhole), left: 0, resetSeconds: retryAfter },
      ]),
      'Retry-After': String(retryAfter),
    },
  );
}
