import type { BenchReport } from './bench-report.ts';
import { median } from './median.ts';

const NAME_WIDTH = 36;
const FIGURE_WIDTH = 9;

/** A report as a table: the ratios first, then every series of figures with its median. */
export function showReport(report: BenchReport): string {
  const ratios = Object.entries(report.ratios).map(([name, ratio]) => row(name, [ratio], 2));
  const series = seriesOf(report).map(([name, figures]) => row(name, [median(figures), ...figures], 1));
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
    '',
  ].join('\n');
}

/** Every array of numbers in a report, named by the way to it. */
function seriesOf(value: object, way: readonly string[] = []): (readonly [string, readonly number[]])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const here = [...way, key];
    if (Array.isArray(inner) && inner.every((figure) => typeof figure === 'number')) {
      return [[here.filter((part) => part !== 'runs').join(' '), inner] as const];
    }
    return typeof inner === 'object' && inner !== null ? seriesOf(inner, here) : [];
  });
}

function row(name: string, figures: readonly number[], decimals: number): string {
  return (
    name.padEnd(NAME_WIDTH) +
    figures.map((figure) => figure.toFixed(decimals).padStart(FIGURE_WIDTH)).join('')
  );
}
