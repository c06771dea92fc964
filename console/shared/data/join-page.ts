import type { Page } from '../../../client/http/listing.ts';
import { isSameData } from './same-data.ts';

/** The rows of a list that were read so far. */
export type ReadRows<Row> = {
  /** Null: no page was read yet. */
  readonly rows: readonly Row[] | null;
  /** The cursor of the next page; null: the list has ended, or no page was read. */
  readonly next: string | null;
};

/**
 * Adds a page to the rows read so far, in the order of the list. Rows that are in both are replaced. A first page that
 * is read again also shows which rows have left the list, as a decided report leaves the open ones: those that the page
 * would have, and does not. A row that was read with the same content is the same object as before, and a list of which
 * nothing has changed is `before` itself, so that it is not rendered again.
 */
export function joinPage<Row>(
  before: ReadRows<Row>,
  { data, next_cursor, isFirst }: Page<Row> & { readonly isFirst: boolean },
  nameOf: (row: Row) => string,
): ReadRows<Row> {
  const known = before.rows ?? [];
  const names = new Set(data.map(nameOf));
  const without = (rows: readonly Row[]) => rows.filter((row) => !names.has(nameOf(row)));
  if (!isFirst) return { rows: [...without(known), ...data], next: next_cursor };
  // If the last row of the page is not known, there may be unread rows behind it: the list begins again.
  const [end] = data.slice(-1).map(nameOf);
  const last = known.findIndex((row) => nameOf(row) === end);
  const kept = next_cursor === null || last < 0 ? [] : without(known.slice(last + 1));
  const top = new Map(known.slice(0, last + 1).map((row) => [nameOf(row), row]));
  const read = data.map((row) => {
    const same = top.get(nameOf(row));
    return same !== undefined && isSameData(same, row) ? same : row;
  });
  const rows = [...read, ...kept];
  const next = kept.length > 0 ? before.next : next_cursor;
  const isSame =
    before.rows?.length === rows.length && before.next === next && rows.every((row, at) => row === known[at]);
  return isSame ? before : { rows, next };
}
