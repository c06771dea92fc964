import { printJson, printLine } from './terminal.ts';

/** How every command of an operator answers: the API's own JSON for a script, lines for a person. */
export function show(body: unknown, options: { readonly json: boolean }, lines: () => string): void {
  if (options.json) printJson(body);
  else printLine(lines());
}

/** Names and values under each other; what has no value is a dash. */
export function fields(rows: readonly (readonly [name: string, value: string | number | null])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`).join('\n');
}

export function shown(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}
