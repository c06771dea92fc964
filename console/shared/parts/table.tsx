import type { ComponentChildren } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import type { List } from '../data/use-list.ts';
import { DrawnRows, type RowElement } from '../rows/drawn-rows.tsx';
import { useRowWindow } from '../rows/use-row-window.ts';
import { Button } from './button.tsx';
import { ErrorNotice, Loading } from './notice.tsx';

export type Column<Row> = {
  readonly name: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers are aligned right. */
  readonly isNumber?: boolean;
};

/**
 * A table that keeps to the screen's width: a wider one scrolls within itself, by keys too. It may have thousands of
 * rows (rows/use-row-window.ts). `columns` must be the same array each time, since an unchanged row is not rendered
 * again.
 */
export function Table<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  /** There are more rows than were read, so the total is unknown. */
  readonly hasMore?: boolean;
}) {
  const { rows, columns, hasMore = false } = props;
  const names = useMemo(() => rows.map(props.nameOf), [rows]);
  const shown = useRowWindow<HTMLTableSectionElement>(names);
  const { isWhole } = shown;
  const rowCount = hasMore ? -1 : rows.length + 1;
  const content = useCallback(
    (row: Row) =>
      columns.map((column) => (
        <td key={column.name} class={classOf(column)}>
          {column.cell(row)}
        </td>
      )),
    [columns],
  );
  const element = useCallback(
    // Row indexes begin with 1, and the head is the first row.
    ({ key, ref, at }: RowElement, cells: ComponentChildren) => (
      <tr key={key} ref={ref} aria-rowindex={isWhole ? undefined : at + 2}>
        {cells}
      </tr>
    ),
    [isWhole],
  );
  const gap = useCallback(
    // Keeps the height of rows that are not rendered.
    (px: number, key: string) => (
      <tr key={key} class="table-gap" aria-hidden="true">
        <td colSpan={columns.length} style={{ height: `${String(px)}px` }} />
      </tr>
    ),
    [columns],
  );
  return (
    <div class="table-frame" role="region" aria-label={props.label} tabIndex={0}>
      <table class="table" aria-rowcount={isWhole ? undefined : rowCount}>
        <thead>
          <tr aria-rowindex={isWhole ? undefined : 1}>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={classOf(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={shown.place}>
          <DrawnRows {...{ rows, names, shown, content, element, gap }} />
        </tbody>
      </table>
    </div>
  );
}

const classOf = <Row,>({ isNumber }: Column<Row>) => (isNumber === true ? 'number' : undefined);

/** A list with its states: being read, failed, empty, and more to read. */
export function ListFrame<Row>(props: {
  readonly of: List<Row>;
  readonly label: string;
  readonly empty: ComponentChildren;
  readonly children: (rows: readonly Row[], hasMore: boolean) => ComponentChildren;
}) {
  const { rows, error, hasMore, isReadingOn, readMore, reload } = props.of;
  if (rows === null) {
    return error === null ? (
      <Loading label={props.label} lines={5} />
    ) : (
      <ErrorNotice error={error} onRetry={reload} />
    );
  }
  return (
    <>
      {rows.length === 0 ? props.empty : props.children(rows, hasMore)}
      {error !== null && <ErrorNotice error={error} onRetry={reload} />}
      {hasMore && (
        <div class="more">
          <Button onClick={readMore} isBusy={isReadingOn}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}
