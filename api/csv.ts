/** RFC 4180: a cell with a comma, a quote or a line end stands in quotes, and its quotes are doubled. */
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * Where a cell of a spreadsheet may begin inside a text: at its first character, and after what a spreadsheet with other settings
 * than ours takes for the end of a cell or a line (a semicolon where the comma is the decimal sign, a tab, a line end).
 */
const CELL_BEGINS = String.raw`(?<=^|[;\t\n\v\f\r\u0085\u2028\u2029])`;

/**
 * What a spreadsheet drops, or shows as nothing, before it looks at a cell: blanks, controls, marks and invisible characters; and a
 * quote, which opens a cell for one that ends cells at other characters than we do.
 */
const SEEN_AS_NOTHING = String.raw`["\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*`;

/** What begins a formula, in every form that a spreadsheet may fold into it (NFKC), and the typographers' minus. */
const FORMULA_SIGNS = ['=＝﹦⁼₌⩵⩶', '+＋﹢⁺₊﬩', '\\-－﹣⁻₋−', '@＠﹫'].join('');

const WOULD_BE_A_FORMULA = new RegExp(`${CELL_BEGINS}(?=${SEEN_AS_NOTHING}[${FORMULA_SIGNS}])`, 'gu');

export type CsvCell = string | number | null;

/** One line, with its line end. Null is an empty cell. Only a number is ever anything but text to a spreadsheet. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  // An apostrophe before it makes a text of what a spreadsheet would read as a formula.
  const text = cell.replace(WOULD_BE_A_FORMULA, "'");
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
