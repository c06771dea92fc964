import type { SoakCheck } from './soak-check.ts';

export function showCounts(counts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(counts).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  return shown.join(', ') || 'none';
}

/** The checks, a line each, and what they come to. */
export function showChecks(checks: readonly SoakCheck[]): string {
  const broken = checks.filter((check) => check.violations > 0).length;
  const lines = checks.map(({ name, rows, violations, examples }) => {
    const found = violations === 0 ? '' : `, ${String(violations)} violations: ${JSON.stringify(examples)}`;
    return `${violations === 0 ? 'holds ' : 'BROKEN'}  ${name} (${rows.toLocaleString('en')} rows${found})`;
  });
  const verdict =
    broken === 0
      ? 'nothing lost, nothing doubled'
      : `${String(broken)} of ${String(checks.length)} checks are broken`;
  return [...lines, verdict, ''].join('\n');
}
