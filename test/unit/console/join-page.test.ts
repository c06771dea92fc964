import { expect, it } from 'vitest';
import { joinPage } from '../../../console/shared/data/join-page.ts';

const NO_ROWS = { rows: null, next: null };
/** A list of letters, of which a capital is the same row, changed. */
const nameOf = (row: string) => row.toLowerCase();
const known = (rows: string, next: string | null) => ({ rows: [...rows], next });
const first = (rows: string, next: string | null) => ({ data: [...rows], next_cursor: next, isFirst: true });
const further = (rows: string, next: string | null) => ({ ...first(rows, next), isFirst: false });

it.each([
  ['the first page of all', NO_ROWS, first('ab', 'b'), 'ab', 'b'],
  ['a further page', known('ab', 'b'), further('cd', null), 'abcd', null],
  ['a further page with a row that was read before', known('abc', 'c'), further('Cd', 'd'), 'abCd', 'd'],
  ['a first page with a new row', known('abcd', 'd'), first('xa', 'a'), 'xabcd', 'd'],
  ['a first page with a changed row', known('abcd', null), first('aB', 'b'), 'aBcd', null],
  ['a first page without a known row', known('abcd', 'd'), first('xy', 'y'), 'xy', 'y'],
  ['a first page from which a row has gone', known('abcd', 'd'), first('bc', 'c'), 'bcd', 'd'],
  [
    'a first page that a row behind all known ones has entered',
    known('ab', 'b'),
    first('bc', 'c'),
    'bc',
    'c',
  ],
  ['a first page to whose top a known row has moved', known('abcd', 'd'), first('Da', 'a'), 'Dabc', 'd'],
  ['a first page that is the whole list', known('abcd', 'd'), first('bd', null), 'bd', null],
  ['a first page of a list that has become empty', known('ab', null), first('', null), '', null],
])(
  'a list after %s has each row once, in order, and none that has left it',
  (_, before, page, rows, next) => {
    expect(joinPage(before, page, nameOf)).toEqual({ rows: [...rows], next });
  },
);

it('a list is itself after a first page with nothing new, and keeps the objects of unchanged rows otherwise', () => {
  const row = (id: string, state = 'done') => ({ id, state });
  const idOf = ({ id }: { readonly id: string }) => id;
  const before = { rows: [row('a'), row('b'), row('c')], next: 'c' };
  const page = { data: [row('a'), row('b')], next_cursor: 'b', isFirst: true };
  expect(joinPage(before, page, idOf)).toBe(before);
  const changed = joinPage(before, { ...page, data: [row('a', 'open'), row('b')] }, idOf);
  expect(changed.rows?.[0]).toEqual(row('a', 'open'));
  expect(changed.rows?.[1]).toBe(before.rows[1]);
  expect(changed.rows?.[2]).toBe(before.rows[2]);
});
