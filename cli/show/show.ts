import { fitLines, LINE_WIDTH } from './fit-line.ts';
import { printJson, printLine } from './terminal.ts';

/** How every command shows its result: the API's own JSON for a script, lines for a person. */
export function show(body: unknown, options: { readonly json: boolean }, lines: () => string): void {
  if (options.json) printJson(body);
  else printLine(lines());
}

/** Names and values under each other, in lines of 80; what has no value is a dash. */
export function fields(rows: readonly (readonly [name: string, value: string | number | null])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + GAP;
  return rows.map(([name, value]) => `${name.padEnd(width)}${fitted(shown(value), width)}`).join('\n');
}

const GAP = 2;

/** A value beside its name, or, where it has a word too long for that (an address), on a line of its own. */
function fitted(value: string, width: number): string {
  const fits = value.split(' ').every((word) => word.length <= LINE_WIDTH - width);
  return fits ? fitLines(value, width) : `\n${' '.repeat(GAP)}${fitLines(value, GAP)}`;
}

export function shown(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}

/** A time of the API to the second, which is what a person reads; as RFC 3339 still. */
export function second(instant: string): string {
  return instant.replace(/\.\d+Z$/, 'Z');
}

export function secondOrDash(instant: string | null): string {
  return instant === null ? shown(null) : second(instant);
}
