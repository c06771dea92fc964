import { z } from 'zod';

/** Requests per second over time, and at once after a pause. */
type RateLimit = { readonly perSecond: number; readonly burst: number };

/**
 * What is limited: an account's key, a platform key, an account, an address without a key, an address that signs in to the
 * console; and `sums`, the calls of an account that add up its entries.
 */
export type RateLimits = Readonly<
  Record<'key' | 'platform_key' | 'account' | 'sums' | 'address' | 'sign_in', RateLimit>
>;

/**
 * The defaults. A key may use its process; a backend's key serves all its accounts. An account has several keys so that
 * several can work. An address without a key reads pages. A person signs in a few times a day. Adding up a million entries
 * keeps a core of PostgreSQL busy for about 2 s, and is done for people.
 */
const DEFAULT_RATE_LIMITS: RateLimits = {
  key: { perSecond: 100, burst: 500 },
  platform_key: { perSecond: 2_000, burst: 4_000 },
  account: { perSecond: 200, burst: 1_000 },
  sums: { perSecond: 0.2, burst: 60 },
  address: { perSecond: 50, burst: 200 },
  sign_in: { perSecond: 0.1, burst: 10 },
};

const ONE =
  /^(key|platform_key|account|sums|address|sign_in) per_second=(\d{1,6}(?:\.\d{1,3})?) burst=(\d{1,7})$/;

/** `key per_second=100 burst=500, account per_second=200 burst=1000`; the others keep their defaults. */
export const rateLimits = z
  .string()
  .default('')
  .transform((text, context): RateLimits => {
    const given = text === '' ? [] : text.split(',').map(readOne);
    const limits = given.filter((one) => one !== null);
    const isEachOnce = new Set(limits.map(([name]) => name)).size === given.length;
    if (isEachOnce) return { ...DEFAULT_RATE_LIMITS, ...Object.fromEntries(limits) };
    context.addIssue({ code: 'custom', message: 'not limits of requests' });
    return z.NEVER;
  });

function readOne(text: string): readonly [name: string, limit: RateLimit] | null {
  const [, name = '', perSecond, burst] = ONE.exec(text.trim().replaceAll(/\s+/g, ' ')) ?? [];
  const limit = { perSecond: Number(perSecond), burst: Number(burst) };
  return limit.perSecond > 0 && limit.burst > 0 ? [name, limit] : null;
}
