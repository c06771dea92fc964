import { fitLines } from './fit-line.ts';

const BELOW_INDENT = 4;

/** Results go to stdout (for a script too); progress and faults go to stderr. */
export function printLine(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function printProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, null, 2));
}

/** Rows under a header, columns as wide as their widest cell; a column of numbers is aligned to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const isNumeric = header.map((_title, column) =>
    rows.every((row) => /^[+-]?[\d,.]*( ms| s)?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** A row of a table, and below it what would make it wider than a terminal: ids, and what people wrote. */
type TableRecord = { readonly cells: readonly string[]; readonly below: readonly string[] };

/** A table with further lines below each row, in lines of 80 where the cells let it. */
export function formatRecords(header: readonly string[], records: readonly TableRecord[]): string {
  const [title = '', rule = '', ...rows] = formatTable(
    header,
    records.map(({ cells }) => cells),
  ).split('\n');
  const lines = rows.flatMap((row, index) => [
    row,
    ...(records[index]?.below ?? []).map((text) => `  ${fitLines(text, BELOW_INDENT, 2)}`),
  ]);
  return [title, rule, ...lines].join('\n');
}
