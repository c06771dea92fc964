import { useCallback, useRef, useState } from 'preact/hooks';
import type { Page } from '../../../client/http/listing.ts';
import { useAsking } from './use-asking.ts';
import { useReloads, type ReloadRules } from './use-reloads.ts';

/** A list of the API, read page by page as the reader goes on. */
export type List<Row> = {
  readonly rows: readonly Row[] | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly readMore: () => void;
  /** Reads the first page again: new rows come on top, known ones are replaced. */
  readonly reload: () => void;
  /** Puts a row in the place of the one with its name. */
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
 * Reads a list, newest first. `key` names the list with its filters; `nameOf` is a row's id. By its rules (use-reloads.ts) the first page is
 * read again.
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

/** What is known, with a page that has been read: known rows are replaced. */
function joined<Row>(
  before: Held<Row>,
  { data, next_cursor, isFirst }: ReadPage<Row>,
  nameOf: (row: Row) => string,
): Held<Row> {
  const known = before.rows ?? [];
  const read = new Set(data.map(nameOf));
  const others = known.filter((row) => !read.has(nameOf(row)));
  // A first page that shares no row with what is known has left a gap behind it: it begins anew.
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
