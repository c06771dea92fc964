/** RFC 4180: a cell with a comma, a quote or a line end stands in quotes, and its quotes are doubled. */
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * The characters that end a cell, or a line, in a spreadsheet with other settings than ours: a semicolon where the comma is the decimal sign, a
 * tab, a line end. A cell may begin after it.
 */
const ENDS_A_CELL = /[;\t\n\v\f\r\u0085\u2028\u2029]/u;

/**
 * The characters that a spreadsheet drops, or shows as nothing, before it reads a cell: blanks, controls, marks and invisible characters; and a
 * quote, which opens a cell for one that ends cells at other characters than we do.
 */
const SEEN_AS_NOTHING = /^["\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]+/u;

/** The characters that begin a formula: the signs of ASCII, and the typographers' minus. */
const BEGINS_A_FORMULA = /^[=+\-@\u2212]/u;

/** Most texts: a letter or a digit first, and one cell to every spreadsheet. */
const IS_PLAIN = /^\w[^;\t\n\v\f\r\u0085\u2028\u2029]*$/u;

export type CsvCell = string | number | null;

/** One line, with its line end. Null is an empty cell. Only a number is ever anything but text to a spreadsheet. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = IS_PLAIN.test(cell) ? cell : withoutFormulas(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Puts an apostrophe wherever a cell may begin that a spreadsheet would read as a formula, which makes a text of it. Each character is
 * looked at in the form that a spreadsheet may fold it into (NFKC): a fullwidth sign is a sign, and a breve by itself is a blank.
 */
function withoutFormulas(text: string): string {
  const characters = [...text];
  let leadsToSign = false;
  for (let at = characters.length - 1; at >= 0; at -= 1) {
    const character = characters[at] ?? '';
    const seen = character.normalize('NFKC').replace(SEEN_AS_NOTHING, '');
    if (seen !== '') leadsToSign = BEGINS_A_FORMULA.test(seen);
    if (leadsToSign && (at === 0 || ENDS_A_CELL.test(characters[at - 1] ?? '')))
      characters[at] = `'${character}`;
  }
  return characters.join('');
}
