import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, type CsvCell } from '../../api/http/csv.ts';
import { INVISIBLE_TEXTS } from '../harness/invisible-texts.ts';

const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
const BLANKS = [
  ' ',
  '\u00a0',
  '\u3000',
  '\ufeff',
  '\u200b',
  '\u2028',
  '\t',
  '\r',
  '\n',
  '\u0085',
  '\v',
  '\u00ad',
];
/** Where spreadsheets end a cell, by the settings of the machine: https://www.rfc-editor.org/rfc/rfc4180 knows the comma alone. */
const SEPARATORS = [',', ';', '\t'];

/** A cell as it comes in: text of any kind, with much of what makes trouble. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...SIGNS, ...BLANKS, ...SEPARATORS, '"', "'", '1', 'A1', 'cmd|'),
      fc.constantFrom(...INVISIBLE_TEXTS.map(([, invisible]) => invisible)),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** The cells that a spreadsheet reads: a quote counts at a cell's beginning alone, and what follows its pair is text. */
function cellsOf(csv: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let at = 0;
  let cell = '';
  while (at < csv.length) {
    if (cell === '' && csv[at] === '"') {
      for (
        at += 1;
        at < csv.length && (csv[at] !== '"' || csv[at + 1] === '"');
        at += csv[at] === '"' ? 2 : 1
      )
        cell += csv[at] ?? '';
      at += 1;
    }
    while (at < csv.length && csv[at] !== separator && csv[at] !== '\r' && csv[at] !== '\n')
      cell += csv[at++] ?? '';
    cells.push(cell);
    cell = '';
    at += 1;
  }
  return cells;
}

/** Whether a spreadsheet that drops what cannot be seen, and folds what looks alike, would compute a cell. */
function isFormula(cell: string): boolean {
  const seen = cell
    .normalize('NFKC')
    .replace(/^[\p{White_Space}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800"]+/u, '');
  return /^[=+\-@\u2212]/.test(seen);
}

const computed = (cells: readonly CsvCell[], separator: string) =>
  cellsOf(csvLine(cells), separator).filter(isFormula);

describe('a cell of CSV', () => {
  it.each(BLANKS)('is inert that begins with a blank and a sign: %j', (blank) => {
    for (const sign of SIGNS)
      for (const cell of [`${sign}1`, `${blank}${sign}1`, `${blank}${blank}\u200b${sign}1`])
        expect(csvLine([cell])).toMatch(/^"?'/);
  });

  it('is inert whatever its text, and wherever a spreadsheet ends a cell', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...SEPARATORS),
        (cells, separator) => {
          expect(computed(['entry_1', ...cells], separator)).toEqual([]);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('keeps its text, but for the apostrophes that make it inert', () => {
    const inert = fc
      .string({ unit: 'grapheme' })
      // By character: an equals sign and a stroke over it would be one character when they are normalized together.
      .filter((one) => [...one].every((character) => !/[=+\-@\p{M}]/u.test(character.normalize('NFKC'))));
    fc.assert(
      fc.property(fc.array(inert, { minLength: 1 }), (cells) => {
        expect(csvLine(cells)).toBe(`${cells.map(quoted).join(',')}\r\n`);
      }),
    );
  });

  it('that is a number of our own stays one', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), text, (number, before) => {
        expect(csvLine([before, number, null])).toMatch(new RegExp(`,${String(number)},\r\n$`));
      }),
    );
  });

  it('is inert for every character that folds into a sign', () => {
    const folded = everyCharacter().filter(isFormula);
    expect(folded).toHaveLength(22);
    for (const sign of folded) expect(csvLine([sign])).toBe(`'${sign}\r\n`);
  });

  it('is inert for every character that folds into nothing seen, with a sign after it', () => {
    const unseen = everyCharacter().filter(
      (character) => character.normalize('NFKC') !== character && isFormula(`${character}=`),
    );
    expect(unseen).toContain('\u02d8');
    for (const character of unseen) expect(computed([`${character}=1`], ','), character).toEqual([]);
  });
});

function everyCharacter(): readonly string[] {
  return Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
