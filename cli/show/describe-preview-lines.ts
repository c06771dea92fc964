import type { Preview } from '../../contract/shapes/support-shapes.ts';
import { fitLines } from './fit-line.ts';

const INDENT = 2;

/** A dry run, for a terminal. */
export function describePreview({ possible, would, detail }: Preview): string {
  if (!possible) return `Not possible now. ${detail ?? ''}`.trim();
  return [
    'It would, as things are now:',
    ...would.map((one) => `${' '.repeat(INDENT)}${fitLines(one, INDENT)}`),
    '(Nothing was done.)',
  ].join('\n');
}
