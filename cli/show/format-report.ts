import type { LedgerReportRow, LedgerReportSums } from '../../contract/shapes/ledger-shapes.ts';
import { LINE_WIDTH } from './fit-line.ts';
import { shown } from './show.ts';
import { formatTable } from './terminal.ts';

/** The equation of the report, from top to bottom. */
const TERMS: readonly (readonly [label: string, sum: keyof LedgerReportSums])[] = [
  ['opening', 'opening'],
  ['+ issued', 'issued'],
  ['− spent', 'spent'],
  ['+ refunded', 'refunded'],
  ['− expired', 'expired'],
  ['− voided', 'voided'],
  ['= outstanding', 'outstanding'],
];
const LABEL_WIDTH = Math.max(...TERMS.map(([label]) => label.length));
const COLUMN_GAP = 2;

/** A column per source, the total last. Columns that do not fit into 80 characters stand in a further table below. */
export function formatReport(rows: readonly LedgerReportRow[], total: LedgerReportSums): string {
  const columns = [...rows.map((row) => columnOf(row.source, row)), columnOf('total', total)];
  return chunksOf(columns).map(tableOf).join('\n\n');
}

type Column = { readonly title: string; readonly cells: readonly string[]; readonly width: number };

function columnOf(title: string, sums: LedgerReportSums): Column {
  const cells = TERMS.map(([, sum]) => shown(sums[sum]));
  return { title, cells, width: Math.max(title.length, ...cells.map((cell) => cell.length)) };
}

function chunksOf(columns: readonly Column[]): readonly (readonly Column[])[] {
  const chunks: Column[][] = [];
  let left = 0;
  for (const column of columns) {
    const width = COLUMN_GAP + column.width;
    if (width > left) {
      chunks.push([]);
      left = LINE_WIDTH - LABEL_WIDTH;
    }
    chunks.at(-1)?.push(column);
    left -= width;
  }
  return chunks;
}

function tableOf(columns: readonly Column[]): string {
  const lines = TERMS.map(([label], index) => [label, ...columns.map(({ cells }) => cells[index] ?? '')]);
  return formatTable(['', ...columns.map(({ title }) => title)], lines);
}
