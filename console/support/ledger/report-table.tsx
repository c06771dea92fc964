import type { LedgerReport } from '../../../client/http/wire-types.ts';
import { Money } from '../../shared/parts/money.tsx';
import { Table, type Column } from '../../shared/parts/table.tsx';
import { SourceName } from '../source-name.tsx';

/** Of a source; null: of all of them. */
type Row = LedgerReport['total'] & { readonly source: LedgerReport['data'][number]['source'] | null };

/** In the order of the report's equation. */
const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'Source',
    cell: ({ source }) => (source === null ? <strong>All sources</strong> : <SourceName of={source} />),
  },
  sumColumn('Opening', 'opening'),
  sumColumn('+ Issued', 'issued'),
  sumColumn('− Spent', 'spent'),
  sumColumn('+ Refunded', 'refunded'),
  sumColumn('− Expired', 'expired'),
  sumColumn('− Voided', 'voided'),
  {
    name: '= Outstanding',
    isNumber: true,
    cell: ({ outstanding }) => (
      <strong>
        <Money credits={outstanding} />
      </strong>
    ),
  },
];

function sumColumn(name: string, sum: Exclude<keyof LedgerReport['total'], 'outstanding'>): Column<Row> {
  return {
    name,
    isNumber: true,
    cell: (row) => (row[sum] === 0 ? <span class="muted">–</span> : <Money credits={row[sum]} />),
  };
}

/** A row for each source of credits, and the total. */
export function ReportTable({ of }: { readonly of: LedgerReport }) {
  const rows: readonly Row[] = [...of.data, { ...of.total, source: null }];
  return (
    <div class="report">
      <Table
        label="Credits by source"
        rows={rows}
        nameOf={({ source }) => source ?? 'all'}
        columns={COLUMNS}
      />
    </div>
  );
}
