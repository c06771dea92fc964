import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { DrawnElements } from './drawn-elements.ts';
import { drawnRows, grownSpan, rowsBetween, topsOf, type DrawnRow, type Span } from './row-heights.ts';

/** A list of up to this many rows is rendered whole: a browser manages that, and its own search finds all of it. */
const WHOLE_ROWS = 100;
const FIRST_SPAN: Span = { from: 0, to: WHOLE_ROWS };
/**
 * A frame renders at most this many more rows: 2 ms each on a slow machine, so that no frame waits for a screen of them.
 * A screen is full after three frames. Only beyond 300 px per frame (18,000 px/s) does scrolling outrun it.
 */
const ROWS_PER_FRAME = 4;

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

type Seen = Span & { readonly kept: readonly string[] };
type Wanted = { readonly on: Span; readonly around: Span; readonly kept: readonly string[] };
type Latest = {
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly tops: Float64Array;
  readonly isWhole: boolean;
};
const NOTHING_YET: Latest = { names: [], places: new Map(), tops: new Float64Array(1), isWhole: true };

/**
 * Keeps a list of thousands of rows fast: it renders those on the screen, a screen before and one after, and leaves the
 * height of the others free. A row with the focus stays with its neighbors, so that the next key finds them; so does an
 * opened row. For printing all are rendered.
 */
export function useRowWindow<Place extends Element>(names: readonly string[]): RowWindow<Place> {
  const place = useRef<Place>(null);
  const [heightsVersion, drawAgain] = useReducer((version: number) => version + 1, 0);
  const [seen, setSeen] = useState<Seen>({ ...FIRST_SPAN, kept: [] });
  const isPrinted = useIsPrinted();
  const isWhole = isPrinted || names.length <= WHOLE_ROWS;
  const latest = useRef<Latest>(NOTHING_YET);
  const elements = useMemo(() => {
    // A list that is rendered whole leaves no height free.
    const draw = () => {
      if (!latest.current.isWhole) drawAgain(undefined);
    };
    return new DrawnElements(inNextFrame(draw));
  }, []);
  const places = useMemo(() => new Map(names.map((name, at) => [name, at])), [names]);
  const tops = useMemo(() => topsOf(names, elements.heights), [names, heightsVersion]);
  const drawn = useMemo(() => {
    const kept = seen.kept.flatMap((name) => places.get(name) ?? []);
    return isWhole ? drawnRows(tops, { from: 0, to: names.length }, []) : drawnRows(tops, seen, kept);
  }, [tops, seen, isWhole]);

  latest.current = { names, places, tops, isWhole };
  const look = useMemo(() => {
    let wanted: Wanted | null = null;
    let rendered: Seen = { ...FIRST_SPAN, kept: [] };
    const see = () => {
      const { isWhole: needsNothing } = latest.current;
      wanted =
        needsNothing || place.current === null ? null : wantedOf(place.current, elements, latest.current);
    };
    const draw = () => {
      if (wanted === null) return;
      const next = { ...grownSpan(rendered, wanted, ROWS_PER_FRAME), kept: wanted.kept };
      if (!isSame(rendered, next)) setSeen((rendered = next));
      if (next.from !== wanted.around.from || next.to !== wanted.around.to) drawNext();
    };
    const drawNext = inNextFrame(draw);
    return {
      now: () => {
        see();
        draw();
      },
      // Rendering waits for the end of the frame's events, so that all lists of a page read their positions before one
      // of them renders.
      inFrame: () => {
        see();
        if (wanted !== null) drawNext();
      },
    };
  }, []);
  useLayoutEffect(look.now, [names, heightsVersion, isWhole]);
  useEffect(() => {
    if (place.current === null) return;
    const stopMeasuring = elements.watchList(place.current);
    const looked = new AbortController();
    const options = { signal: looked.signal, capture: true, passive: true };
    for (const type of ['scroll', 'resize', 'focusin', 'toggle'])
      addEventListener(type, look.inFrame, options);
    return () => {
      looked.abort();
      stopMeasuring();
    };
  }, []);
  return { ...drawn, place, isWhole, observe: (name, element) => elements.add(name, element) };
}

/** The rows on the screen; those, a screen before and one after; and the rows that are kept wherever they are. */
function wantedOf(place: Element, elements: DrawnElements, of: Latest): Wanted {
  const { top } = place.getBoundingClientRect();
  const on = rowsBetween(of.tops, -top, innerHeight - top);
  const around = rowsBetween(of.tops, -innerHeight - top, 2 * innerHeight - top);
  const { focused, opened } = elements.inUse();
  const focusedAt = focused === null ? undefined : of.places.get(focused);
  const beside = focusedAt === undefined ? [] : [focusedAt - 1, focusedAt, focusedAt + 1];
  const kept = new Set([...beside.flatMap((at) => of.names[at] ?? []), ...opened]);
  return { on, around, kept: [...kept] };
}

const isSame = (one: Seen, other: Seen) =>
  one.from === other.from && one.to === other.to && one.kept.join() === other.kept.join();

/** A browser reports sizes in the middle of a frame. Rendering for them waits for the next one. */
function inNextFrame(draw: () => void): () => void {
  let asked = 0;
  return () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(draw);
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
