import { useCallback, useRef, useState } from 'preact/hooks';
import { mayPass, tellIfRefused } from './problem-words.ts';
import { isSameData } from './same-data.ts';
import { useAsking } from './use-asking.ts';
import { useReloads, type ReloadRules } from './use-reloads.ts';

/** A response of the API. The data stays while it is read again, and is the same object after a response that says the same. */
export type Resource<Data> = {
  readonly data: Data | null;
  readonly error: unknown;
  readonly reload: () => void;
  /** Replaces the data by that of another call, until the next read. */
  readonly set: (data: Data) => void;
};

type Held<Data> = Pick<Resource<Data>, 'data' | 'error'> & { readonly key: string };

/**
 * Reads from the API when the component is shown, when `key` changes, and by the rules of use-reloads.ts. `load` must
 * heed its signal; an overtaken response is dropped.
 */
export function useResource<Data>(
  key: string,
  load: (signal: AbortSignal) => Promise<Data>,
  rules: ReloadRules = {},
): Resource<Data> {
  const nothing: Held<Data> = { key, data: null, error: null };
  const [held, setHeld] = useState(nothing);
  const latest = useRef(load);
  latest.current = load;
  const asking = useAsking();

  const reload = useCallback(() => {
    const signal = asking.begin();
    const ofKey = (before: Held<Data>) => (before.key === key ? before : nothing);
    return latest.current(signal).then(
      (data) => {
        if (signal.aborted) return false;
        setHeld((before) => {
          const own = ofKey(before);
          return own.error === null && isSameData(own.data, data) ? own : { key, data, error: null };
        });
        return false;
      },
      (error: unknown) => {
        if (signal.aborted) return false;
        setHeld((before) => ({ ...ofKey(before), error }));
        tellIfRefused(error);
        return mayPass(error);
      },
    );
  }, [key]);
  useReloads(reload, rules);

  const set = useCallback(
    (data: Data) => {
      asking.end();
      setHeld({ key, data, error: null });
    },
    [key],
  );
  const again = useCallback(() => void reload(), [reload]);
  const { data, error } = held.key === key ? held : nothing;
  return { data, error, reload: again, set };
}
