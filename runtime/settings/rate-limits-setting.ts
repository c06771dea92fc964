import { z } from 'zod';

/** How many requests are taken in a second over time, and how many at once after a pause. */
type RateLimit = { readonly perSecond: number; readonly burst: number };

/**
 * Whose requests are counted: those of a key of an account, of a platform key, for an account, of an address without a key, or of one that signs in to
 * the console; and `sums`, those for an account that add up its entries.
 */
export type RateLimits = Readonly<
  Record<'key' | 'platform_key' | 'account' | 'sums' | 'address' | 'sign_in', RateLimit>
>;

/**
 * A key may ask for what its process can serve; a backend's key asks for all of its accounts. An account has more than one key
 * so that several can work. An address without a key reads pages. A person signs in to the console a few times a day. To add up a million
 * entries keeps a core of PostgreSQL busy for some 2 s, and is asked for by people.
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

/** `key per_second=100 burst=500, account per_second=200 burst=1000`: what is not named has its default. */
export const rateLimits = z
  .string()
  .default('')
  .transform((text, context): RateLimits => {
    const given = text.trim() === '' ? [] : text.split(',').map(readOne);
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
