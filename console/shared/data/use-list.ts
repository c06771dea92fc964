import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../../../client/http/listing.ts';
import type { AccountEvent } from '../../../client/http/wire-types.ts';
import { usePageParts } from './page-context.ts';

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

const GATHER_MS = 80;

/**
 * Reads a list, newest first. `key` names the list with its filters; `nameOf` is a row's id. After an event for which `on` holds, and after
 * a break, the first page is read again.
 */
export function useList<Row>(
  key: string,
  readPage: (cursor: string | null, signal: AbortSignal) => Promise<Page<Row>>,
  { nameOf, on }: { readonly nameOf: (row: Row) => string; readonly on?: (event: AccountEvent) => boolean },
): List<Row> {
  const { feed } = usePageParts();
  const nothing: Held<Row> = { key, rows: null, next: null, error: null, isLoading: true };
  const [held, setHeld] = useState<Held<Row>>(nothing);
  const latest = useRef({ readPage, nameOf, on });
  latest.current = { readPage, nameOf, on };
  const running = useRef<AbortController | null>(null);

  const read = useCallback(
    (cursor: string | null) => {
      running.current?.abort();
      const asked = new AbortController();
      running.current = asked;
      setHeld((before) => (before.key === key ? { ...before, isLoading: true } : nothing));
      latest.current.readPage(cursor, asked.signal).then(
        ({ data, next_cursor }) => {
          if (asked.signal.aborted) return;
          setHeld((before) =>
            joined(
              before.key === key ? before : nothing,
              { data, next_cursor, isFirst: cursor === null },
              latest.current.nameOf,
            ),
          );
        },
        (error: unknown) => {
          if (asked.signal.aborted) return;
          setHeld((before) => ({ ...(before.key === key ? before : nothing), error, isLoading: false }));
        },
      );
    },
    [key],
  );
  const reload = useCallback(() => {
    read(null);
  }, [read]);

  useEffect(() => {
    reload();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const stopListening = feed?.listen((news) => {
      if (news.is === 'event' && latest.current.on?.(news.event) !== true) return;
      gathering ??= setTimeout(() => {
        gathering = undefined;
        reload();
      }, GATHER_MS);
    });
    return () => {
      stopListening?.();
      clearTimeout(gathering);
      running.current?.abort();
    };
  }, [reload, feed]);

  const replace = useCallback((row: Row) => {
    const { nameOf: name } = latest.current;
    setHeld((before) => ({
      ...before,
      rows: before.rows?.map((other) => (name(other) === name(row) ? row : other)) ?? null,
    }));
  }, []);
  const shown = held.key === key ? held : nothing;
  const { rows, error, isLoading, next } = shown;
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
