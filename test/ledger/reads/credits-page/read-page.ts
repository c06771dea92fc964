import { readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'credits.md');

/** A fenced block of the page: under which heading it stands, and its lines. */
type Block = { readonly title: string; readonly lines: readonly string[] };

type Page = {
  /** Blocks of ```credits, in order. */
  readonly examples: readonly Block[];
  /** Lines of ```quotes, all together. */
  readonly quotes: readonly string[];
  /** The rows of the one table under a heading, without its head, each a list of cells. Throws when there is none. */
  tableUnder(heading: string): readonly (readonly string[])[];
  /** What is neither table, block nor heading. */
  readonly prose: string;
};

/** Takes docs/credits.md apart. */
export function readPage(text: string = readFileSync(PAGE, 'utf8')): Page {
  const examples: Block[] = [];
  const quotes: string[] = [];
  const tables = new Map<string, string[][]>();
  const prose: string[] = [];
  let heading = '';
  let fence: { readonly language: string; readonly lines: string[] } | null = null;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      if (fence === null) fence = { language: line.slice(3), lines: [] };
      else {
        if (fence.language === 'credits') examples.push({ title: heading, lines: fence.lines });
        else if (fence.language === 'quotes') quotes.push(...fence.lines);
        else throw new RangeError(`no test executes a block of "${fence.language}"`);
        fence = null;
      }
    } else if (fence !== null) fence.lines.push(line);
    else if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    else if (line.startsWith('|')) tables.set(heading, [...(tables.get(heading) ?? []), cellsOf(line)]);
    else prose.push(line);
  }
  return {
    examples,
    quotes,
    tableUnder(wanted) {
      // The head and the line of dashes are not rows.
      const rows = tables.get(wanted)?.slice(2);
      if (rows === undefined) throw new RangeError(`no table under "${wanted}"`);
      return rows;
    },
    prose: prose.join('\n'),
  };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
}

/** A figure as the page writes it: 4,000. */
export function toFigure(count: number): string {
  return count.toLocaleString('en-US');
}

export function parseFigure(text: string): number {
  if (!/^\d{1,3}(,\d{3})*$/.test(text)) throw new RangeError(`not a figure: "${text}"`);
  return Number(text.replaceAll(',', ''));
}
