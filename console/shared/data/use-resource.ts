import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { AccountEvent } from '../../../client/http/wire-types.ts';
import { usePageParts } from './page-context.ts';

/** One thing that the API was asked for. While it is asked again, the last answer stays. */
export type Resource<Data> = {
  readonly data: Data | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
  /** Puts what another call returned in its place, until it is asked again. */
  readonly set: (data: Data) => void;
};

/** Events that come together are one question. */
const GATHER_MS = 40;

export type ReloadRules = {
  /** The events after which it is asked again. */
  readonly on?: (event: AccountEvent) => boolean;
  /** It is asked again after so many ms, while the tab is seen. */
  readonly everyMs?: number;
};

/**
 * Asks the API for something when the part is shown, when `key` changes, after the events that `on` names, and after a break of the
 * live connection. `load` has to heed its signal; an answer that was overtaken is dropped.
 */
export function useResource<Data>(
  key: string,
  load: (signal: AbortSignal) => Promise<Data>,
  rules: ReloadRules = {},
): Resource<Data> {
  const { feed } = usePageParts();
  const [held, setHeld] = useState<{ key: string; data: Data | null; error: unknown; isLoading: boolean }>({
    key,
    data: null,
    error: null,
    isLoading: true,
  });
  const latest = useRef({ load, rules });
  latest.current = { load, rules };
  const running = useRef<AbortController | null>(null);

  const reload = useCallback(() => {
    running.current?.abort();
    const asked = new AbortController();
    running.current = asked;
    setHeld((before) =>
      before.key === key ? { ...before, isLoading: true } : { key, data: null, error: null, isLoading: true },
    );
    latest.current.load(asked.signal).then(
      (data) => {
        if (!asked.signal.aborted) setHeld({ key, data, error: null, isLoading: false });
      },
      (error: unknown) => {
        if (asked.signal.aborted) return;
        setHeld((before) => ({
          key,
          data: before.key === key ? before.data : null,
          error,
          isLoading: false,
        }));
      },
    );
  }, [key]);

  useEffect(() => {
    reload();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const stopListening = feed?.listen((news) => {
      if (news.is === 'event' && latest.current.rules.on?.(news.event) !== true) return;
      gathering ??= setTimeout(() => {
        gathering = undefined;
        reload();
      }, GATHER_MS);
    });
    const { everyMs } = latest.current.rules;
    const ticking =
      everyMs === undefined
        ? undefined
        : setInterval(() => {
            if (document.visibilityState === 'visible') reload();
          }, everyMs);
    return () => {
      stopListening?.();
      clearTimeout(gathering);
      clearInterval(ticking);
      running.current?.abort();
    };
  }, [reload, feed]);

  const set = useCallback(
    (data: Data) => {
      running.current?.abort();
      setHeld({ key, data, error: null, isLoading: false });
    },
    [key],
  );
  const isOfKey = held.key === key;
  return {
    data: isOfKey ? held.data : null,
    error: isOfKey ? held.error : null,
    isLoading: isOfKey ? held.isLoading : true,
    reload,
    set,
  };
}
