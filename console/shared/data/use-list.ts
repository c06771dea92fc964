import { useCallback, useRef, useState } from 'preact/hooks';
import type { Page } from '../../../client/http/listing.ts';
import { useAsking } from './use-asking.ts';
import { useReloads, type ReloadRules } from './use-reloads.ts';

/** A list of the API, read page by page. */
export type List<Row> = {
  readonly rows: readonly Row[] | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly readMore: () => void;
  /** Reads the first page again: new rows are put on top, known ones are replaced. */
  readonly reload: () => void;
  /** Replaces the row of the same name. */
  readonly replace: (row: Row) => void;
};

type Held<Row> = {
  readonly key: string;
  readonly rows: readonly Row[] | null;
  readonly next: string | null;
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
          setHeld((before) =>
            joined(ofKey(before), { ...page, isFirst: cursor === null }, latest.current.nameOf),
          );
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

type ReadPage<Row> = Page<Row> & { readonly isFirst: boolean };

/** Adds a page to the rows read so far. Rows that are in both are replaced. */
function joined<Row>(
  before: Held<Row>,
  { data, next_cursor, isFirst }: ReadPage<Row>,
  nameOf: (row: Row) => string,
): Held<Row> {
  const known = before.rows ?? [];
  const read = new Set(data.map(nameOf));
  const others = known.filter((row) => !read.has(nameOf(row)));
  // A first page without a known row leaves unread rows behind it, so the list begins again.
  const goesOn = !isFirst || others.length < known.length;
  const kept = goesOn ? others : [];
  return {
    key: before.key,
    rows: isFirst ? [...data, ...kept] : [...kept, ...data],
    next: isFirst && kept.length > 0 ? before.next : next_cursor,
    error: null,
    isLoading: false,
  };
}
