import type { ComponentChildren } from 'preact';
import type { List } from '../data/use-list.ts';
import { Button } from './button.tsx';
import { ErrorNotice, Loading } from './notice.tsx';

export type Column<Row> = {
  readonly name: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
};

/** A table that keeps to the width of the screen: on a narrow one it scrolls within itself, and can be scrolled by keys. */
export function Table<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
}) {
  const classOf = ({ isNumber }: Column<Row>) => (isNumber === true ? 'number' : undefined);
  return (
    <div class="table-frame" role="region" aria-label={props.label} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.name} scope="col" class={classOf(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.nameOf(row)}>
              {props.columns.map((column) => (
                <td key={column.name} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The states of a list around its rows: coming, failed, empty, and more to read. */
export function ListFrame<Row>(props: {
  readonly of: List<Row>;
  readonly label: string;
  readonly empty: ComponentChildren;
  readonly children: (rows: readonly Row[]) => ComponentChildren;
}) {
  const { rows, error, isLoading, hasMore, readMore, reload } = props.of;
  if (rows === null) {
    return error === null ? (
      <Loading label={props.label} lines={5} />
    ) : (
      <ErrorNotice error={error} onRetry={reload} />
    );
  }
  return (
    <>
      {rows.length === 0 ? props.empty : props.children(rows)}
      {error !== null && <ErrorNotice error={error} onRetry={reload} />}
      {hasMore && (
        <div class="more">
          <Button onClick={readMore} isBusy={isLoading}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}
