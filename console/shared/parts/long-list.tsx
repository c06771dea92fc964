import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** So many rows are drawn, or left out, together. */
const CHUNK_ROWS = 25;
/** Two screens ahead: what is scrolled to is there before it is seen. */
const AHEAD = '1600px 0px';

/**
 * The lines of a list that may have thousands. Those near the screen are drawn; of the others the height is kept, so that each frame
 * has a few hundred lines to care for, however far a reader has gone.
 */
export function LongList<Row>(props: {
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  readonly children: (row: Row) => ComponentChildren;
}) {
  const { rows } = props;
  const chunks = Array.from({ length: Math.ceil(rows.length / CHUNK_ROWS) }, (_, at) =>
    rows.slice(at * CHUNK_ROWS, (at + 1) * CHUNK_ROWS),
  );
  return (
    <div class="card card-flush lines">
      {chunks.map((chunk, at) => (
        <Chunk key={at} rows={chunk} nameOf={props.nameOf}>
          {props.children}
        </Chunk>
      ))}
    </div>
  );
}

function Chunk<Row>(props: {
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  readonly children: (row: Row) => ComponentChildren;
}) {
  const element = useRef<HTMLUListElement>(null);
  /** Of what is left out; null: it is drawn. */
  const [heightPx, setHeightPx] = useState<number | null>(null);
  useEffect(() => {
    const place = element.current;
    if (place === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1);
        if (entry === undefined) return;
        if (entry.isIntersecting) setHeightPx(null);
        else if (!isInUse(place)) setHeightPx((before) => before ?? entry.boundingClientRect.height);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  return (
    <ul ref={element} style={heightPx === null ? undefined : { height: `${String(heightPx)}px` }}>
      {heightPx === null &&
        props.rows.map((row) => (
          <li key={props.nameOf(row)} class="line">
            {props.children(row)}
          </li>
        ))}
    </ul>
  );
}

/** What has the focus, or was opened, stays. */
function isInUse(place: HTMLElement): boolean {
  return place.contains(document.activeElement) || place.querySelector('details[open]') !== null;
}
