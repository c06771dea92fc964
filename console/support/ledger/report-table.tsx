import type { LedgerReport } from '../../../client/http/wire-types.ts';
import { Money } from '../../shared/parts/money.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { Table, type Column } from '../../shared/parts/table.tsx';

type Row = LedgerReport['total'] & { readonly name: string; readonly isTotal: boolean };

/** In the order of the report's equation. */
const COLUMNS: readonly Column<Row>[] = [
  { name: 'Source', cell: ({ name }) => <strong>{name}</strong> },
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
  const rows: readonly Row[] = [
    ...of.data.map(({ source, ...sums }) => ({ ...sums, name: sentenceOf(source), isTotal: false })),
    { ...of.total, name: 'All sources', isTotal: true },
  ];
  return (
    <div class="report">
      <Table label="Credits by source" rows={rows} nameOf={({ name }) => name} columns={COLUMNS} />
    </div>
  );
}
