import type { List } from '../shared/data/use-list.ts';
import { Empty } from '../shared/parts/notice.tsx';
import { ListFrame, Table, type Column } from '../shared/parts/table.tsx';

/** A list of the API as a table, with the list's states. */
export function ListTable<Row extends { readonly id: string }>(props: {
  readonly of: List<Row>;
  readonly label: string;
  readonly tableLabel: string;
  /** The text in place of a table without rows. */
  readonly empty: string;
  readonly columns: readonly Column<Row>[];
}) {
  const { of, label, tableLabel, empty, columns } = props;
  return (
    <ListFrame of={of} label={label} empty={<Empty title={empty} />}>
      {(rows, hasMore) => (
        <Table label={tableLabel} rows={rows} nameOf={({ id }) => id} columns={columns} hasMore={hasMore} />
      )}
    </ListFrame>
  );
}
