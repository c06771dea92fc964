import { useEffect, useRef } from 'preact/hooks';
import type { AccountEvent } from '../../../client/http/wire-types.ts';
import { usePageParts } from './page-context.ts';

export type ReloadRules = {
  /** Returns true for an event after which to read again. */
  readonly on?: (event: AccountEvent) => boolean;
  /** A change causes a read. */
  readonly version?: string;
  /** The interval between reads while the tab is visible. */
  readonly everyMs?: number;
};

/** Events within this time cause one read. */
const GATHER_MS = 40;

/**
 * Calls `reload` when the component is shown, when `reload` or `version` changes, after events that `on` accepts, after
 * a break of the live connection, and every `everyMs`.
 */
export function useReloads(reload: () => void, rules: ReloadRules): void {
  const { feed } = usePageParts();
  const { everyMs, version } = rules;
  const latest = useRef(rules);
  latest.current = rules;
  useEffect(() => {
    reload();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const stopListening = feed?.listen((news) => {
      const { on } = latest.current;
      if (news.is === 'event' && on?.(news.event) !== true) return;
      // Without `on` no event changes the data, so what was read before the stream opened is current.
      if (news.is === 'opened' && on === undefined) return;
      gathering ??= setTimeout(() => {
        gathering = undefined;
        reload();
      }, GATHER_MS);
    });
    return () => {
      stopListening?.();
      clearTimeout(gathering);
    };
  }, [reload, feed, version]);
  useEffect(() => {
    if (everyMs === undefined) return;
    const ticking = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, everyMs);
    return () => clearInterval(ticking);
  }, [reload, everyMs]);
}
