import type { ComponentChildren } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import { DrawnRows, type RowElement } from '../rows/drawn-rows.tsx';
import { useRowWindow } from '../rows/use-row-window.ts';

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
  const count = hasMore ? -1 : rows.length;
  const { isWhole } = shown;
  const element = useCallback(
    ({ key, ref, at }: RowElement, content: ComponentChildren) => (
      <li
        key={key}
        ref={ref}
        class="line"
        aria-posinset={isWhole ? undefined : at + 1}
        aria-setsize={isWhole ? undefined : count}
      >
        {content}
      </li>
    ),
    [isWhole, count],
  );
  return (
    <div class="card card-flush lines">
      <ul ref={shown.place}>
        <DrawnRows {...{ rows, names, shown, content: line, element, gap }} />
      </ul>
    </div>
  );
}

/** Keeps the height of rows that are not rendered. */
const gap = (px: number, key: string) => (
  <li key={key} class="gap" aria-hidden="true" style={{ height: `${String(px)}px` }} />
);
