import { useEffect, useRef } from 'preact/hooks';
import type { AccountEvent } from '../../../client/http/wire-types.ts';
import { usePageParts } from './page-context.ts';

export type ReloadRules = {
  /** The events after which it is asked again. */
  readonly on?: (event: AccountEvent) => boolean;
  /** It is asked again when this changes. */
  readonly version?: string;
  /** It is asked again after so many ms, while the tab is seen. */
  readonly everyMs?: number;
};

/** Events that come together are one question. */
const GATHER_MS = 40;

/**
 * Calls `reload` when the part is shown and when `reload` or the version changes, after the events that `on` names, after a break of the live connection, and
 * every so often.
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
      // What no event changes is as it was read.
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
