import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../soak-random.ts';
import type { DroppingProxy } from './dropping-proxy.ts';

/** While no packet passed between workers and model service. Milliseconds of Date.now(). */
export type Outage = { readonly from: number; readonly to: number };

const SHORTEST_OUTAGE_MS = 5_000;
export const LONGEST_OUTAGE_MS = 30_000;

/** Of quiet between two, so that jobs meet none as well. */
const QUIET_AT_LEAST_MS = 15_000;
const QUIET_UP_TO_MS = 40_000;

/** Drops all packets for 5 to 30 s, again and again, until told to stop; returns when that was. */
export function dropAtRandom(
  networks: readonly Pick<DroppingProxy, 'drop' | 'restore'>[],
  random: SeededRandom,
  longestMs: number,
) {
  const watch = new AbortController();
  const outages: Outage[] = [];
  const dropping = (async () => {
    for (let isFirst = true; ; isFirst = false) {
      const quietMs = QUIET_AT_LEAST_MS + random.integer(QUIET_UP_TO_MS - QUIET_AT_LEAST_MS);
      await sleep(isFirst ? SHORTEST_OUTAGE_MS : quietMs, undefined, { signal: watch.signal });
      const lastsMs = SHORTEST_OUTAGE_MS + random.integer(Math.max(1, longestMs - SHORTEST_OUTAGE_MS));
      const from = Date.now();
      for (const network of networks) network.drop();
      try {
        await sleep(lastsMs, undefined, { signal: watch.signal });
      } finally {
        for (const network of networks) network.restore();
        outages.push({ from, to: Date.now() });
      }
    }
  })().catch((error: unknown) => {
    if (!watch.signal.aborted) throw error;
  });
  return {
    stop: async (): Promise<readonly Outage[]> => {
      watch.abort();
      await dropping;
      return outages;
    },
  };
}
