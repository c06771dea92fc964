import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { stir } from '../data/when-calm.ts';
import { DrawnElements } from './drawn-elements.ts';
import { drawnRows, grownSpan, rowsBetween, type DrawnRow, type Span } from './row-heights.ts';

/** A list of up to this many rows is rendered whole: a browser manages that, and its own search finds all of it. */
const WHOLE_ROWS = 100;
const FIRST_SPAN: Span = { from: 0, to: WHOLE_ROWS };
/**
 * A frame renders at most this many more rows, so that none waits for a screen of them. A screen is full after three
 * frames. Only beyond 300 px per frame (18,000 px/s) does scrolling outrun it. Where frames take longer than a screen
 * shows one (60 per second), they render fewer: two if they take twice as long, and one from three times on.
 */
const MOST_ROWS_PER_FRAME = 4;
const SHOWN_FRAME_MS = 1_000 / 60;

/** The part of a list that is rendered. */
export type RowWindow<Place extends Element> = {
  /** For the element that contains the rows. */
  readonly place: RefObject<Place | null>;
  readonly rows: readonly DrawnRow[];
  /** The height in px that is left free below the last row. */
  readonly restPx: number;
  readonly isWhole: boolean;
  /** Must be called for each rendered row; returns a function that ends this. */
  readonly observe: (name: string, element: Element) => () => void;
};

type Seen = Span & { readonly kept: readonly string[]; readonly tops: Float64Array };
type Latest = {
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly isWhole: boolean;
};
const NOTHING_YET: Latest = { names: [], places: new Map(), isWhole: true };
const FIRST_SEEN: Seen = { ...FIRST_SPAN, kept: [], tops: new Float64Array(1) };

/**
 * Keeps a list of thousands of rows fast: it renders those on the screen, a screen before and one after, and leaves the
 * height of the others free. A row with the focus stays with its neighbors, so that the next key finds them; so does an
 * opened row. For printing all are rendered.
 */
export function useRowWindow<Place extends Element>(names: readonly string[]): RowWindow<Place> {
  const place = useRef<Place>(null);
  const [seen, setSeen] = useState(FIRST_SEEN);
  const isPrinted = useIsPrinted();
  const isWhole = isPrinted || names.length <= WHOLE_ROWS;
  const places = useMemo(() => new Map(names.map((name, at) => [name, at])), [names]);
  const latest = useRef(NOTHING_YET);
  latest.current = { names, places, isWhole };
  const { elements, look, drawSoon } = useMemo(() => watchWindow(place, latest, setSeen), []);
  const drawn = useMemo(() => {
    const tops = elements.heights.topsOf(names);
    const kept = seen.kept.flatMap((name) => places.get(name) ?? []);
    return isWhole ? drawnRows(tops, { from: 0, to: names.length }, []) : drawnRows(tops, seen, kept);
  }, [names, seen, isWhole]);
  useLayoutEffect(drawSoon, [names, isWhole]);
  useEffect(() => {
    if (place.current === null) return;
    const stopMeasuring = elements.watchList(place.current);
    const looked = new AbortController();
    const options = { signal: looked.signal, capture: true, passive: true };
    for (const type of ['scroll', 'resize', 'focusin', 'toggle']) addEventListener(type, look, options);
    return () => {
      looked.abort();
      stopMeasuring();
    };
  }, []);
  const observe = useMemo(() => elements.add.bind(elements), []);
  return { ...drawn, place, isWhole, observe };
}

/**
 * `look` reads where the list is: on events and after a layout, so that it causes none. Rendering waits for the next
 * frame (`drawSoon`), so that all lists of a page read their positions before one of them renders, and is done once in it.
 */
function watchWindow(
  place: RefObject<Element | null>,
  latest: { readonly current: Latest },
  setSeen: (seen: Seen) => void,
) {
  let rendered = FIRST_SEEN;
  /** The top of the list, in px below that of the screen. Null: not read yet. */
  let topPx: number | null = null;
  let most = MOST_ROWS_PER_FRAME;
  /** The instant of the frame before, if that one left rows to this one. */
  let beforeMs: number | null = null;
  const draw = (nowMs: number) => {
    if (beforeMs !== null) most = rowsPerFrame(nowMs - beforeMs);
    beforeMs = null;
    if (topPx === null || latest.current.isWhole) return;
    const { on, around, kept, tops } = wantedOf(topPx, elements, latest.current);
    const next = { ...grownSpan(rendered, { on, around }, most), kept, tops };
    if (!isSame(rendered, next)) {
      stir();
      setSeen((rendered = next));
    }
    if (next.from === around.from && next.to === around.to) return;
    beforeMs = nowMs;
    drawSoon();
  };
  const drawSoon = inNextFrame(draw);
  const look = () => {
    const list = latest.current.isWhole ? null : place.current;
    topPx = list?.getBoundingClientRect().top ?? null;
    if (topPx !== null) drawSoon();
  };
  const elements = new DrawnElements(look);
  return { elements, look, drawSoon };
}

/** The rows on the screen; those, a screen before and one after; and the rows that are kept wherever they are. */
function wantedOf(topPx: number, elements: DrawnElements, { names, places }: Latest) {
  const tops = elements.heights.topsOf(names);
  const on = rowsBetween(tops, -topPx, innerHeight - topPx);
  const around = rowsBetween(tops, -innerHeight - topPx, 2 * innerHeight - topPx);
  const { focused, opened } = elements.inUse();
  const focusedAt = focused === null ? undefined : places.get(focused);
  const beside = focusedAt === undefined ? [] : [focusedAt - 1, focusedAt, focusedAt + 1];
  const kept = new Set([...beside.flatMap((at) => names[at] ?? []), ...opened]);
  return { on, around, kept: [...kept], tops };
}

const isSame = (one: Seen, other: Seen) =>
  one.from === other.from &&
  one.to === other.to &&
  one.tops === other.tops &&
  one.kept.join() === other.kept.join();

/** The rows that fit into a frame when the one before took so long. */
const rowsPerFrame = (tookMs: number) =>
  Math.min(Math.max(Math.round((MOST_ROWS_PER_FRAME * SHOWN_FRAME_MS) / tookMs), 1), MOST_ROWS_PER_FRAME);

/** Calls `draw` once in the next frame, however often it was asked for, with the frame's instant. */
function inNextFrame(draw: (nowMs: number) => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame((nowMs) => {
      isAsked = false;
      draw(nowMs);
    });
  };
}

function useIsPrinted(): boolean {
  const [isPrinted, setIsPrinted] = useState(false);
  useEffect(() => {
    const stopped = new AbortController();
    addEventListener('beforeprint', () => setIsPrinted(true), stopped);
    addEventListener('afterprint', () => setIsPrinted(false), stopped);
    return () => stopped.abort();
  }, []);
  return isPrinted;
}
