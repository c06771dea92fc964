/** The heights of a list's rows in px: each as it was measured, and until then as the first one that was. */
export class RowHeights {
  readonly #measured = new Map<string, number>();
  #assumedPx: number;

  /** @param assumedPx of a row before any has been measured */
  constructor(assumedPx: number) {
    this.#assumedPx = assumedPx;
  }

  of(name: string): number {
    return this.#measured.get(name) ?? this.#assumedPx;
  }

  /** Keeps what was measured; returns whether it moves what stands below. */
  keep(name: string, px: number): boolean {
    const beforePx = this.of(name);
    if (this.#measured.size === 0) this.#assumedPx = px;
    this.#measured.set(name, px);
    return px !== beforePx;
  }

  /** The list has another width, or rows of another size: nothing measured holds. */
  forget(): void {
    this.#measured.clear();
  }
}

/** Rows from the first to before the last, by their places in the list. */
export type Span = { readonly from: number; readonly to: number };

/** Where each row begins, in px below the first; after them where the last ends. */
export function topsOf(names: readonly string[], heights: Pick<RowHeights, 'of'>): Float64Array {
  const tops = new Float64Array(names.length + 1);
  let top = 0;
  names.forEach((name, at) => {
    tops[at] = top;
    top += heights.of(name);
  });
  tops[names.length] = top;
  return tops;
}

/** The rows of which a part lies between two heights; of a list that is elsewhere, the row that is nearest. */
export function rowsBetween(tops: Float64Array, fromPx: number, toPx: number): Span {
  const count = tops.length - 1;
  const from = Math.min(Math.max(rowAt(tops, fromPx), 0), Math.max(count - 1, 0));
  const last = Math.max(rowAt(tops, toPx), from);
  return { from, to: Math.min(last + 1, count) };
}

/** The last row that begins at or above a height; -1: all begin below it. */
function rowAt(tops: Float64Array, px: number): number {
  let low = -1;
  let high = tops.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((tops[middle] ?? Number.POSITIVE_INFINITY) <= px) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A row that is drawn: its place in the list, and the height of what is left out above it. */
export type DrawnRow = { readonly at: number; readonly gapPx: number };

/**
 * What of a list is drawn: the rows of a span, and those that are kept outside of it. `restPx`: the height of what is left out below the last
 * one.
 */
export function drawnRows(
  tops: Float64Array,
  span: Span,
  kept: readonly number[],
): { readonly rows: readonly DrawnRow[]; readonly restPx: number } {
  const count = tops.length - 1;
  const to = Math.min(span.to, count);
  const from = Math.min(span.from, to);
  const within = Array.from({ length: to - from }, (_, index) => from + index);
  const outside = kept.filter((at) => at < count && (at < from || at >= to));
  const places = [...outside, ...within].sort((a, b) => a - b);
  const topOf = (at: number) => tops[at] ?? 0;
  const rows = places.map((at, index) => ({
    at,
    gapPx: topOf(at) - topOf(index === 0 ? 0 : (places[index - 1] ?? 0) + 1),
  }));
  return { rows, restPx: topOf(count) - topOf((places.at(-1) ?? -1) + 1) };
}
