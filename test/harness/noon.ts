const DAY_MS = 86_400_000;
const startedAt = Date.now();

/**
 * Noon of yesterday, UTC: where the clock begins of a test that says which day or month it is, which by the machine's clock
 * may end meanwhile. It is before now, so that what the machine's clock bounds is not over.
 */
export const NOON = new Date(Math.floor(startedAt / DAY_MS) * DAY_MS - DAY_MS / 2);

/** By how much a clock that began at noon is behind the machine's. */
export const BEHIND_MS = startedAt - NOON.getTime();

/** Such a clock. */
export const noonClock = () => Date.now() - BEHIND_MS;
