import type { BenchReport } from './bench-report.ts';
import { median } from './median.ts';

const NAME_WIDTH = 36;
const FIGURE_WIDTH = 9;

/** A report as a table: the ratios first, then every series of figures with its median, then what it says in words. */
export function showReport(report: BenchReport): string {
  const ratios = Object.entries(report.ratios).map(([name, ratio]) => row(name, [ratio], 2));
  const series = seriesOf(report, isFigure).map(([name, figures]) =>
    row(name, [median(figures), ...figures], 1),
  );
  const texts = seriesOf(report, isText).flatMap(([name, lines]) => lines.map((line) => `${name}: ${line}`));
  const single = Object.entries(report).flatMap(([name, figure]: [string, unknown]) =>
    typeof figure === 'number' ? [row(name, [figure], 0)] : [],
  );
  return [
    'ratios',
    ...ratios,
    '',
    `${'figures'.padEnd(NAME_WIDTH)}${'median'.padStart(FIGURE_WIDTH)}  runs …`,
    ...series,
    ...single,
    ...texts,
    '',
  ].join('\n');
}

const isFigure = (each: unknown): each is number => typeof each === 'number';
const isText = (each: unknown): each is string => typeof each === 'string';

/** Every array of figures (or of texts) in a report, named by the way to it. */
function seriesOf<Each>(
  value: object,
  isOne: (each: unknown) => each is Each,
  way: readonly string[] = [],
): (readonly [string, readonly Each[]])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const here = [...way, key];
    if (Array.isArray(inner) && inner.length > 0 && inner.every(isOne)) {
      return [[here.filter((part) => part !== 'runs').join(' '), inner] as const];
    }
    return typeof inner === 'object' && inner !== null ? seriesOf(inner, isOne, here) : [];
  });
}

function row(name: string, figures: readonly number[], decimals: number): string {
  return (
    name.padEnd(NAME_WIDTH) +
    figures.map((figure) => figure.toFixed(decimals).padStart(FIGURE_WIDTH)).join('')
  );
}
