/**
 * A limit of requests by a generic cell rate: requests per second over time, and how many at once after a pause. Its
 * only state is the time until the whole burst is available again.
 */
export type RequestLimit = { readonly perSecond: number; readonly burst: number };

/** The tolerance of rounding, in requests. */
const ROUNDING = 0.001;

/** How many requests may come at once now. */
export function requestsLeft({ perSecond, burst }: RequestLimit, secondsToWhole: number): number {
  return Math.max(0, Math.floor(burst - secondsToWhole * perSecond + ROUNDING));
}

/** Seconds until another request is taken; 0: now. */
export function secondsToNext({ perSecond, burst }: RequestLimit, secondsToWhole: number): number {
  return Math.max(0, secondsToWhole - (burst - 1) / perSecond);
}

/** Seconds in which an unused limit comes back from nothing. */
export function windowSeconds({ perSecond, burst }: RequestLimit): number {
  return Math.ceil(burst / perSecond);
}
