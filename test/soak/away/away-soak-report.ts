import { showChecks, showCounts } from '../show-checks.ts';
import type { SoakReport } from '../soak-check.ts';

export type AwaySoakReport = SoakReport & {
  readonly jobs: number;
  readonly away_seconds: number;
  /** From the return of the service to the end of the last job. */
  readonly drained_seconds: number;
  readonly breaker_opened: number;
  readonly jobs_by_state: Readonly<Record<string, number>>;
  /** Of its submissions on the wire, the account with most jobs first. */
  readonly last_place_by_account: readonly number[];
};

/** The report as a person reads it. */
export function showAwaySoak(report: AwaySoakReport): string {
  return [
    `jobs             ${report.jobs.toLocaleString('en')}, seed ${String(report.seed)}: ${showCounts(report.jobs_by_state)}`,
    `service          away for ${report.away_seconds.toFixed(0)} s, the line drained in ${report.drained_seconds.toFixed(0)} s`,
    `breaker          opened ${String(report.breaker_opened)} times`,
    `last places      by account: ${report.last_place_by_account.join(', ')}`,
    showChecks(report.checks),
  ].join('\n');
}
