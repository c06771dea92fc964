/** The heights of a list's rows in px. A row that was not measured has the height of the first one that was. */
export class RowHeights {
  readonly #measured = new Map<string, number>();
  #assumedPx: number;
  #tops: { readonly of: readonly string[]; readonly px: Float64Array } | null = null;

  /** @param assumedPx the height of a row before any was measured */
  constructor(assumedPx: number) {
    this.#assumedPx = assumedPx;
  }

  of(name: string): number {
    return this.#measured.get(name) ?? this.#assumedPx;
  }

  /** Stores a measured height; returns true if it moves the rows below. */
  keep(name: string, px: number): boolean {
    const beforePx = this.of(name);
    if (this.#measured.size === 0) this.#assumedPx = px;
    this.#measured.set(name, px);
    if (px !== beforePx) this.#tops = null;
    return px !== beforePx;
  }

  /** Drops all measured heights, after a change of the list's width. */
  forget(): void {
    this.#measured.clear();
    this.#tops = null;
  }

  /** The tops of a list's rows (`topsOf`): the same array until a height or the list changes. */
  topsOf(names: readonly string[]): Float64Array {
    if (this.#tops?.of !== names) this.#tops = { of: names, px: topsOf(names, this) };
    return this.#tops.px;
  }
}

/** Positions in the list: `from` is included, `to` is not. */
export type Span = { readonly from: number; readonly to: number };

/** The top of each row in px below the first, then the bottom of the last. */
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

/** The rows that lie partly or wholly between two heights. If the list lies elsewhere, its nearest row. */
export function rowsBetween(tops: Float64Array, fromPx: number, toPx: number): Span {
  const count = tops.length - 1;
  const from = Math.min(Math.max(rowAt(tops, fromPx), 0), Math.max(count - 1, 0));
  const last = Math.max(rowAt(tops, toPx), from);
  return { from, to: Math.min(last + 1, count) };
}

/** The last row that begins at or above a height; -1: none. */
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

/**
 * The next span to render on the way from `rendered` to `around`: at most `most` rows more, those `on` the screen first.
 * `on` lies within `around`.
 */
export function grownSpan(
  rendered: Span,
  { on, around }: { readonly on: Span; readonly around: Span },
  most: number,
): Span {
  const isSeen = rendered.from < on.to && rendered.to > on.from;
  let from = isSeen ? Math.max(rendered.from, around.from) : on.from;
  let to = isSeen ? Math.min(rendered.to, around.to) : on.from;
  let left = most;
  for (const goal of [on, around]) {
    const below = Math.min(Math.max(goal.to - to, 0), left);
    const above = Math.min(Math.max(from - goal.from, 0), left - below);
    to += below;
    from -= above;
    left -= below + above;
  }
  return { from, to };
}

/** A rendered row: its position in the list, and the height in px that is left free above it. */
export type DrawnRow = { readonly at: number; readonly gapPx: number };

/**
 * The rows to render: those of a span, and the kept ones outside of it. `restPx`: the height in px that is left free
 * below the last one.
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
