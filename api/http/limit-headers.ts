/**
 * The headers of a 429, by the names of draft-ietf-httpapi-ratelimit-headers: which limit, how much it allows, and when to
 * come again. A limit that is reached has nothing left.
 */
export function limitHeaders(
  limit: string,
  allowed: number,
  retryAfterSeconds: number,
): Readonly<Record<string, string>> {
  return {
    RateLimit: `"${limit}";r=0;t=${String(retryAfterSeconds)}`,
    'RateLimit-Policy': `"${limit}";q=${String(allowed)}`,
    'Retry-After': String(retryAfterSeconds),
  };
}
