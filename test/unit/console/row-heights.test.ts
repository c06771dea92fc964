import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  drawnRows,
  grownSpan,
  RowHeights,
  rowsBetween,
  topsOf,
} from '../../../console/shared/rows/row-heights.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const heightsOf = (...px: readonly number[]) => ({ of: (name: string) => px[NAMES.indexOf(name)] ?? 0 });
/** Rows at 0, 10, 30, 60, 100; the last ends at 150. */
const TOPS = topsOf(NAMES, heightsOf(10, 20, 30, 40, 50));

it('a row that was not measured is assumed to be as high as the first that was', () => {
  const heights = new RowHeights(64);
  expect(heights.of('a')).toBe(64);
  expect(heights.keep('a', 70)).toBe(true);
  expect(heights.of('b')).toBe(70);
  expect(heights.keep('b', 70)).toBe(false);
  expect(heights.keep('c', 90)).toBe(true);
  expect([...topsOf(['a', 'b', 'c', 'd'], heights)]).toEqual([0, 70, 140, 230, 300]);
});

it('the tops of the rows are computed again after a row has another height or the list other rows, and only then', () => {
  const heights = new RowHeights(64);
  const names = ['a', 'b', 'c'];
  heights.keep('a', 70);
  const before = heights.topsOf(names);
  heights.keep('b', 70);
  expect(heights.topsOf(names)).toBe(before);
  heights.keep('b', 90);
  expect([...heights.topsOf(names)]).toEqual([0, 70, 160, 230]);
  expect([...heights.topsOf(['z', ...names])]).toEqual([0, 70, 140, 230, 300]);
  heights.forget();
  heights.keep('a', 50);
  expect([...heights.topsOf(names)]).toEqual([0, 50, 100, 150]);
});

it('a row is measured again after the list has another width, and has the assumed height until then', () => {
  const heights = new RowHeights(64);
  heights.keep('a', 70);
  heights.keep('b', 90);
  heights.forget();
  expect(heights.of('b')).toBe(70);
  heights.keep('b', 100);
  expect(heights.of('a')).toBe(100);
});

it.each([
  { fromPx: 0, toPx: 9, rows: { from: 0, to: 1 } },
  { fromPx: 0, toPx: 10, rows: { from: 0, to: 2 } },
  { fromPx: 29.5, toPx: 61, rows: { from: 1, to: 4 } },
  { fromPx: -500, toPx: -100, rows: { from: 0, to: 1 } },
  { fromPx: 900, toPx: 1_000, rows: { from: 4, to: 5 } },
  { fromPx: -10, toPx: 1_000, rows: { from: 0, to: 5 } },
])('the rows between $fromPx and $toPx px are found', ({ fromPx, toPx, rows }) => {
  expect(rowsBetween(TOPS, fromPx, toPx)).toEqual(rows);
});

it('an empty list has no row to draw', () => {
  expect(rowsBetween(topsOf([], heightsOf()), 0, 100)).toEqual({ from: 0, to: 0 });
  expect(drawnRows(topsOf([], heightsOf()), { from: 0, to: 100 }, [])).toEqual({ rows: [], restPx: 0 });
});

it('rows that are not drawn leave their height free above, between and below', () => {
  expect(drawnRows(TOPS, { from: 3, to: 4 }, [1])).toEqual({
    rows: [
      { at: 1, gapPx: 10 },
      { at: 3, gapPx: 30 },
    ],
    restPx: 50,
  });
});

it('the height of a list is the same, whatever rows are drawn', () => {
  const place = fc.nat(NAMES.length + 2);
  fc.assert(
    fc.property(place, place, fc.uniqueArray(place), (from, length, kept) => {
      const { rows, restPx } = drawnRows(TOPS, { from, to: from + length }, kept);
      const heightOf = (at: number) => (TOPS[at + 1] ?? 0) - (TOPS[at] ?? 0);
      const wholePx = rows.reduce((sum, { at, gapPx }) => sum + gapPx + heightOf(at), restPx);
      expect(wholePx).toBe(150);
      expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).sort((a, b) => a - b));
      expect(new Set(rows.map(({ at }) => at)).size).toBe(rows.length);
    }),
  );
});

it('a span grows by a few rows at a time, those on the screen first, until all around the screen is rendered', () => {
  const wanted = { on: { from: 500, to: 511 }, around: { from: 489, to: 522 } };
  const spans = [{ from: 0, to: 100 }];
  while (spans.length < 8) spans.push(grownSpan(spans.at(-1) ?? wanted.on, wanted, 8));
  expect(spans.slice(1)).toEqual([
    { from: 500, to: 508 },
    { from: 500, to: 516 },
    { from: 498, to: 522 },
    { from: 490, to: 522 },
    wanted.around,
    wanted.around,
    wanted.around,
  ]);
});

it.each([
  ['down', { on: { from: 12, to: 23 }, around: { from: 1, to: 34 } }, { from: 1, to: 34 }],
  ['up', { on: { from: 8, to: 19 }, around: { from: 0, to: 30 } }, { from: 0, to: 30 }],
  ['down by a screen', { on: { from: 22, to: 33 }, around: { from: 11, to: 44 } }, { from: 11, to: 41 }],
  ['far down', { on: { from: 90, to: 95 }, around: { from: 80, to: 100 } }, { from: 90, to: 98 }],
])('a span that is scrolled %s drops what is far from the screen', (_, wanted, span) => {
  expect(grownSpan({ from: 0, to: 33 }, wanted, 8)).toEqual(span);
});
