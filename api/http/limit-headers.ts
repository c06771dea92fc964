/** One limit as a response shows it. */
export type ShownLimit = {
  readonly name: string;
  /** How much it allows in its window. */
  readonly allowed: number;
  /** Absent: it is no limit over time. */
  readonly windowSeconds?: number;
  readonly left: number;
  /** Until there is more. */
  readonly resetSeconds: number;
};

/** The headers of limits, by the names of draft-ietf-httpapi-ratelimit-headers. */
export function rateLimitHeaders(limits: readonly ShownLimit[]): Readonly<Record<string, string>> {
  return {
    RateLimit: limits
      .map(({ name, left, resetSeconds }) => `"${name}";r=${String(left)};t=${String(resetSeconds)}`)
      .join(', '),
    'RateLimit-Policy': limits
      .map(({ name, allowed, windowSeconds: window }) =>
        window === undefined
          ? `"${name}";q=${String(allowed)}`
          : `"${name}";q=${String(allowed)};w=${String(window)}`,
      )
      .join(', '),
  };
}

/** The headers of a 429: which limit, how much it allows, and when to come again. A limit that is reached has nothing left. */
export function limitHeaders(
  name: string,
  allowed: number,
  retryAfterSeconds: number,
): Readonly<Record<string, string>> {
  return {
    ...rateLimitHeaders([{ name, allowed, left: 0, resetSeconds: retryAfterSeconds }]),
    'Retry-After': String(retryAfterSeconds),
  };
}
