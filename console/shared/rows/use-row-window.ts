import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { DrawnElements } from './drawn-elements.ts';
import { drawnRows, rowsBetween, topsOf, type DrawnRow, type Span } from './row-heights.ts';

/** A list of up to this many rows is rendered whole: a browser manages that, and its own search finds all of it. */
const WHOLE_ROWS = 100;
const FIRST_SPAN: Span = { from: 0, to: WHOLE_ROWS };

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
    const see = () => {
      const { isWhole: needsNothing } = latest.current;
      return needsNothing || place.current === null ? null : seenOf(place.current, elements, latest.current);
    };
    const draw = (next: Seen | null) => {
      if (next !== null) setSeen((before) => (isSame(before, next) ? before : next));
    };
    let next: Seen | null = null;
    const drawNext = inNextFrame(() => draw(next));
    return {
      now: () => draw(see()),
      // Rendering waits for the end of the frame's events, so that all lists of a page read their positions before one
      // of them renders.
      inFrame: () => {
        next = see();
        if (next !== null) drawNext();
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

/** The rows on the screen, a screen before and one after, and those that are kept wherever they are. */
function seenOf(place: Element, elements: DrawnElements, of: Latest): Seen {
  const { top } = place.getBoundingClientRect();
  const span = rowsBetween(of.tops, -innerHeight - top, 2 * innerHeight - top);
  const { focused, opened } = elements.inUse();
  const focusedAt = focused === null ? undefined : of.places.get(focused);
  const around = focusedAt === undefined ? [] : [focusedAt - 1, focusedAt, focusedAt + 1];
  const kept = new Set([...around.flatMap((at) => of.names[at] ?? []), ...opened]);
  return { ...span, kept: [...kept] };
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
