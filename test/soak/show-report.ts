import type { SoakReport } from './soak-report.ts';

/** The report as a person reads it. */
export function showReport(report: SoakReport): string {
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
      .join(', ') || 'none';
  const failed = report.checks.filter((check) => check.violations > 0);
  return [
    `operations       ${report.operations.toLocaleString('en')} in ${report.seconds.toFixed(1)} s (${report.operations_per_second.toFixed(0)}/s), seed ${String(report.seed)}`,
    `by verb          ${counts(report.operations_by_verb)}`,
    `answers          ${counts(report.answers)}`,
    `kills            ${report.kills.toLocaleString('en')} connections; broken statements: ${counts(report.broken_statements)}`,
    `retries          ${report.retries.toLocaleString('en')}; given up unanswered: ${report.unacknowledged.toLocaleString('en')}`,
    `ledger           ${report.entries.toLocaleString('en')} entries; credits: ${counts(report.credits)}`,
    ...report.checks.map(
      (check) =>
        `${check.violations === 0 ? 'holds ' : 'BROKEN'}  ${check.name} (${check.rows.toLocaleString('en')} rows${check.violations === 0 ? '' : `, ${String(check.violations)} violations: ${JSON.stringify(check.examples)}`})`,
    ),
    failed.length === 0
      ? 'nothing lost, nothing doubled'
      : `${String(failed.length)} of ${String(report.checks.length)} checks are broken`,
    '',
  ].join('\n');
}
