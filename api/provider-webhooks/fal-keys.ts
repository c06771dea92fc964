import { Agent, request } from 'undici';
import { z } from 'zod';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { unavailable } from '../http/problem.ts';

/** How long their documentation allows a set to be kept (docs.fal.ai, "Webhooks"). */
const KEEP_MS = 24 * 60 * 60_000;

/** The shortest time between fetches: anyone can send webhooks with unknown signatures. */
const ASK_AGAIN_AFTER_MS = 60_000;

const TIMEOUT_MS = 3_000;

/** The largest response: a set has a few keys of 200 bytes. */
const MAX_BYTES = 64 * 1024;
const MAX_KEYS = 32;

const JWKS = z.object({ keys: z.array(z.unknown()) });
/** An entry that is no key of theirs is none, and the others count. */
const JWK = z.object({ x: z.string() });

export type FalKeys = {
  /**
   * The public keys (`x` of each) of the last fetch; fetched when there are none, or they are old. Throws
   * `unavailable`.
   */
  known(nowMs: number): Promise<readonly string[]>;
  /** Fetches the keys again, unless that was done a moment ago. */
  refreshed(nowMs: number): Promise<readonly string[]>;
};

/** Fetches and caches fal's signing keys, at most once a minute, however many webhooks arrive. */
export function createFalKeys(jwksUrl: string): FalKeys {
  const dispatcher = new Agent({ maxResponseSize: MAX_BYTES });
  let kept: { readonly keys: readonly string[]; readonly atMs: number } | null = null;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  async function ask(nowMs: number): Promise<void> {
    try {
      const keys = await withTimeLimit(TIMEOUT_MS, null, async (signal) => {
        const answer = await request(jwksUrl, { dispatcher, signal });
        return keysOf(await answer.body.json());
      });
      if (keys.length > 0) kept = { keys, atMs: nowMs };
    } catch {
      // Cached keys stay in use; without any the webhook must come again.
    }
  }

  async function refresh(nowMs: number): Promise<void> {
    if (asking === null && nowMs - askedAtMs >= ASK_AGAIN_AFTER_MS) {
      askedAtMs = nowMs;
      asking = ask(nowMs).finally(() => {
        asking = null;
      });
    }
    await asking;
  }

  const keysNow = () => {
    if (kept === null) throw unavailable('The keys of the service could not be fetched.');
    return kept.keys;
  };

  return {
    async known(nowMs) {
      if (kept === null || nowMs - kept.atMs >= KEEP_MS) await refresh(nowMs);
      return keysNow();
    },
    async refreshed(nowMs) {
      await refresh(nowMs);
      return keysNow();
    },
  };
}

function keysOf(body: unknown): readonly string[] {
  return JWKS.parse(body)
    .keys.flatMap((key) => JWK.safeParse(key).data?.x ?? [])
    .slice(0, MAX_KEYS);
}
