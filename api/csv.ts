/** RFC 4180: a cell with a comma, a quote or a line end stands in quotes, and its quotes are doubled. */
const NEEDS_QUOTES = /[",\r\n]/;

/** Where a spreadsheet would read a text as a formula, an apostrophe stops it. */
const WOULD_BE_A_FORMULA = /^[=+\-@\t]/;

export type CsvCell = string | number | null;

/** One line, with its line end. Null is an empty cell. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = WOULD_BE_A_FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
