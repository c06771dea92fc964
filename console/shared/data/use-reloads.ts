import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { AccountEvent } from '../../../client/http/wire-types.ts';
import { usePageParts } from './page-context.ts';
import { whenCalm } from './when-calm.ts';

export type ReloadRules = {
  /** Returns true for an event after which to read again. */
  readonly on?: (event: AccountEvent) => boolean;
  /** A change causes a read. */
  readonly version?: string;
  /**
   * The interval between reads while the tab is visible, which wait until the page is not scrolled. One that was due
   * while it was hidden is made when it is shown.
   */
  readonly everyMs?: number;
};

/** Events within this time cause one read. */
const GATHER_MS = 40;
/** A read that failed for a reason that may pass is repeated after this, until it succeeds. */
const RETRY_MS = 5_000;

/**
 * Calls `reload` when the component is shown, when `reload` or `version` changes, after events that `on` accepts, after
 * a break of the live connection, and every `everyMs`. An event during a read causes one read after it, and an interval
 * that ends meanwhile causes none: if each aborted the read before, a slow API's data would never be shown.
 *
 * @param reload resolves when its read has ended in any way: to true if it failed and may succeed a moment later
 */
export function useReloads(reload: () => Promise<boolean>, rules: ReloadRules): void {
  const { feed } = usePageParts();
  const { everyMs, version } = rules;
  const latest = useRef(rules);
  latest.current = rules;
  const turns = useMemo(() => takeTurns(reload, (everyMs ?? Infinity) > RETRY_MS), [reload]);
  useEffect(() => {
    void turns.now();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const stopListening = feed?.listen((news) => {
      const { on } = latest.current;
      if (news.is === 'event' && on?.(news.event) !== true) return;
      // Without `on` no event changes the data, so what was read before the stream opened is current.
      if (news.is === 'opened' && on === undefined) return;
      // What was asked before a break may never be answered.
      if (news.is === 'resumed') {
        void turns.now();
        return;
      }
      gathering ??= setTimeout(() => {
        gathering = undefined;
        turns.next();
      }, GATHER_MS);
    });
    return () => {
      stopListening?.();
      clearTimeout(gathering);
      turns.drop();
    };
  }, [turns, feed, version]);
  useEffect(() => {
    if (everyMs === undefined) return;
    let isOverdue = false;
    let drop = () => {};
    const readAlone = () => {
      if (!turns.isReading()) void turns.now();
    };
    const read = () => {
      isOverdue = document.visibilityState !== 'visible';
      if (isOverdue) return;
      drop = whenCalm(readAlone);
    };
    const show = () => {
      if (isOverdue) read();
    };
    const ticking = setInterval(read, everyMs);
    document.addEventListener('visibilitychange', show);
    return () => {
      clearInterval(ticking);
      drop();
      document.removeEventListener('visibilitychange', show);
    };
  }, [turns, everyMs]);
}

/** `now` reads at once, `next` after the read under way; `drop` forgets what is due then, or after a failure if `isRetried`. */
function takeTurns(reload: () => Promise<boolean>, isRetried: boolean) {
  let reads = 0;
  let isDue = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  /** Counts the components' ends: a read that ends after one is not repeated. */
  let drops = 0;
  const now = async () => {
    clearTimeout(retry);
    const began = drops;
    reads += 1;
    const isFailed = await reload();
    reads -= 1;
    if (reads > 0) return;
    if (isDue) {
      isDue = false;
      void now();
    } else if (isFailed && isRetried && drops === began) retry = setTimeout(() => void now(), RETRY_MS);
  };
  return {
    now,
    next: () => {
      isDue = reads > 0;
      if (!isDue) void now();
    },
    drop: () => {
      drops += 1;
      clearTimeout(retry);
      isDue = false;
    },
    isReading: () => reads > 0,
  };
}
