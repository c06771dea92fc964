import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { DrawnRow } from '../rows/row-heights.ts';
import { useRowWindow, type RowWindow } from '../rows/use-row-window.ts';

/**
 * A list of up to thousands of rows (rows/use-row-window.ts). `line` renders one. It must be the same function each
 * time, since an unchanged row is not rendered again.
 */
export function LongList<Row>(props: {
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  readonly line: (row: Row) => ComponentChildren;
  /** There are more rows than were read, so the total is unknown. */
  readonly hasMore: boolean;
}) {
  const { rows, nameOf, line, hasMore } = props;
  const names = useMemo(() => rows.map(nameOf), [rows]);
  const shown = useRowWindow<HTMLUListElement>(names);
  return (
    <div class="card card-flush lines">
      <ul ref={shown.place}>
        {shown.rows.map((drawn) => {
          const row = rows[drawn.at];
          const name = names[drawn.at];
          if (row === undefined || name === undefined) return null;
          const count = hasMore ? -1 : rows.length;
          return <Line key={name} {...{ row, name, line, drawn, count, shown }} />;
        })}
      </ul>
      {shown.restPx > 0 && <div class="gap" style={{ height: `${String(shown.restPx)}px` }} />}
    </div>
  );
}

function Line<Row>(props: {
  readonly row: Row;
  readonly name: string;
  readonly line: (row: Row) => ComponentChildren;
  readonly drawn: DrawnRow;
  /** The total; -1: unknown. */
  readonly count: number;
  readonly shown: Pick<RowWindow<HTMLElement>, 'observe' | 'isWhole'>;
}) {
  const { row, name, line, drawn, count, shown } = props;
  const element = useRef<HTMLLIElement>(null);
  useLayoutEffect(
    () => (element.current === null ? undefined : shown.observe(name, element.current)),
    [name],
  );
  const content = useMemo(() => line(row), [line, row]);
  return (
    <li
      ref={element}
      class="line"
      style={drawn.gapPx === 0 ? undefined : { marginTop: `${String(drawn.gapPx)}px` }}
      aria-posinset={shown.isWhole ? undefined : drawn.at + 1}
      aria-setsize={shown.isWhole ? undefined : count}
    >
      {content}
    </li>
  );
}
