import { useCallback, useRef, useState } from 'preact/hooks';
import type { Page } from '../../../client/http/listing.ts';
import { joinPage, type ReadRows } from './join-page.ts';
import { useAsking } from './use-asking.ts';
import { useReloads, type ReloadRules } from './use-reloads.ts';

/** A list of the API, read page by page. */
export type List<Row> = {
  readonly rows: readonly Row[] | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly readMore: () => void;
  /** Reads the first page again (join-page.ts). */
  readonly reload: () => void;
  /** Replaces the row of the same name. */
  readonly replace: (row: Row) => void;
};

type Held<Row> = ReadRows<Row> & {
  readonly key: string;
  readonly error: unknown;
  readonly isLoading: boolean;
};

/**
 * Reads a list, newest first. `key` identifies the list with its filters; `nameOf` returns a row's id. The first page
 * is read again by the rules of use-reloads.ts.
 */
export function useList<Row>(
  key: string,
  readPage: (cursor: string | null, signal: AbortSignal) => Promise<Page<Row>>,
  { nameOf, ...rules }: ReloadRules & { readonly nameOf: (row: Row) => string },
): List<Row> {
  const nothing: Held<Row> = { key, rows: null, next: null, error: null, isLoading: true };
  const [held, setHeld] = useState(nothing);
  const latest = useRef({ readPage, nameOf });
  latest.current = { readPage, nameOf };
  const asking = useAsking();

  const read = useCallback(
    (cursor: string | null) => {
      const signal = asking.begin();
      const ofKey = (before: Held<Row>) => (before.key === key ? before : nothing);
      setHeld((before) => ({ ...ofKey(before), isLoading: true }));
      latest.current.readPage(cursor, signal).then(
        (page) => {
          if (signal.aborted) return;
          const part = { ...page, isFirst: cursor === null };
          setHeld((before) => ({
            ...{ key, error: null, isLoading: false },
            ...joinPage(ofKey(before), part, latest.current.nameOf),
          }));
        },
        (error: unknown) => {
          if (!signal.aborted) setHeld((before) => ({ ...ofKey(before), error, isLoading: false }));
        },
      );
    },
    [key],
  );
  const reload = useCallback(() => read(null), [read]);
  useReloads(reload, rules);

  const replace = useCallback((row: Row) => {
    const { nameOf: name } = latest.current;
    setHeld((before) => ({
      ...before,
      rows: before.rows?.map((other) => (name(other) === name(row) ? row : other)) ?? null,
    }));
  }, []);
  const { rows, error, isLoading, next } = held.key === key ? held : nothing;
  return {
    rows,
    error,
    isLoading,
    hasMore: next !== null,
    readMore: () => {
      if (next !== null && !isLoading) read(next);
    },
    reload,
    replace,
  };
}
