import { Agent, request } from 'undici';
import { z } from 'zod';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { unavailable } from '../http/problem.ts';

/** What they allow a set to be kept for (docs.fal.ai, "Webhooks"). */
const KEEP_MS = 24 * 60 * 60_000;

/** Anyone may send what is signed with no key of theirs: it does not make us ask more often than this. */
const ASK_AGAIN_AFTER_MS = 60_000;

const TIMEOUT_MS = 3_000;

/** A set has a handful of keys of 200 bytes. */
const MAX_BYTES = 64 * 1024;
const MAX_KEYS = 32;

const JWKS = z.object({ keys: z.array(z.unknown()) });
/** An entry that is no key of theirs is none, and the others count. */
const JWK = z.object({ x: z.string() });

export type FalKeys = {
  /** The public keys (`x` of each) as they were last fetched; fetched where there are none, or they are old. Throws `unavailable`. */
  known(nowMs: number): Promise<readonly string[]>;
  /** The same, fetched anew unless that was done a moment ago. */
  refreshed(nowMs: number): Promise<readonly string[]>;
};

/** Fetches the keys that fal signs with, and keeps them. However many webhooks come, they are fetched once a minute at most. */
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
      // Those that are kept go on to count; where there are none, the webhook is to come again.
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
