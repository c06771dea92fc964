import { useCallback, useRef, useState } from 'preact/hooks';
import type { Page } from '../../../client/http/listing.ts';
import { joinPage, type ReadRows } from './join-page.ts';
import { mayPass, tellIfRefused } from './problem-words.ts';
import { useAsking } from './use-asking.ts';
import { useReloads, type ReloadRules } from './use-reloads.ts';

/** A list of the API, read page by page. */
export type List<Row> = {
  readonly rows: readonly Row[] | null;
  readonly error: unknown;
  readonly hasMore: boolean;
  /** A further page is being read. */
  readonly isReadingOn: boolean;
  readonly readMore: () => void;
  /** Reads the first page again (join-page.ts). */
  readonly reload: () => void;
  /** Replaces the row of the same name. */
  readonly replace: (row: Row) => void;
};

type Held<Row> = ReadRows<Row> & {
  readonly key: string;
  readonly error: unknown;
  readonly isReadingOn: boolean;
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
  const nothing: Held<Row> = { key, rows: null, next: null, error: null, isReadingOn: false };
  const [held, setHeld] = useState(nothing);
  const latest = useRef({ readPage, nameOf });
  latest.current = { readPage, nameOf };
  // One each, so that a first page that is read again does not abort the further page that a person asked for.
  const ofFirst = useAsking();
  const ofFurther = useAsking();

  const read = useCallback(
    (cursor: string | null) => {
      const isFirst = cursor === null;
      const signal = (isFirst ? ofFirst : ofFurther).begin();
      /** The first page begins the list of a new key; a further page of another list is dropped. */
      const change = (to: (before: Held<Row>) => Held<Row>) => {
        setHeld((before) => {
          if (before.key !== key && !isFirst) return before;
          return to(before.key === key ? before : nothing);
        });
      };
      const ended = isFirst ? {} : { isReadingOn: false };
      if (!isFirst) change((before) => ({ ...before, isReadingOn: true }));
      return latest.current.readPage(cursor, signal).then(
        (page) => {
          if (signal.aborted) return false;
          change((before) => {
            // A list that has begun again meanwhile has no place for it.
            const hasPlace = isFirst || before.next === cursor;
            const joined = hasPlace ? joinPage(before, { ...page, isFirst }, latest.current.nameOf) : before;
            if (isFirst && joined === before && before.error === null) return before;
            return { ...before, ...joined, ...ended, error: null };
          });
          return false;
        },
        (error: unknown) => {
          if (signal.aborted) return false;
          tellIfRefused(error);
          change((before) => ({ ...before, ...ended, error }));
          return mayPass(error);
        },
      );
    },
    [key],
  );
  const reload = useCallback(() => read(null), [read]);
  useReloads(reload, rules);
  const again = useCallback(() => void reload(), [reload]);

  const replace = useCallback((row: Row) => {
    const { nameOf: name } = latest.current;
    setHeld((before) => ({
      ...before,
      rows: before.rows?.map((other) => (name(other) === name(row) ? row : other)) ?? null,
    }));
  }, []);
  const { rows, error, isReadingOn, next } = held.key === key ? held : nothing;
  return {
    rows,
    error,
    hasMore: next !== null,
    isReadingOn,
    readMore: () => {
      if (next !== null && !isReadingOn) void read(next);
    },
    reload: again,
    replace,
  };
}
