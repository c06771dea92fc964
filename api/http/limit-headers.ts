/** A limit as headers show it. */
export type ShownLimit = {
  readonly name: string;
  /** The requests of its window. */
  readonly allowed: number;
  /** Absent: it is not a limit over time. */
  readonly windowSeconds?: number;
  readonly left: number;
  /** Seconds until there is more. */
  readonly resetSeconds: number;
};

/** The limit headers of draft-ietf-httpapi-ratelimit-headers. */
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

/** The headers of a 429: the limit, what it allows, and when to retry. Nothing of it is left. */
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
