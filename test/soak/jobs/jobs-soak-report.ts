import { showChecks, showCounts } from '../show-checks.ts';
import type { SoakReport } from '../soak-check.ts';

export type JobsSoakReport = SoakReport & {
  readonly jobs: number;
  readonly jobs_by_state: Readonly<Record<string, number>>;
  readonly outputs_by_end: Readonly<Record<string, number>>;
  /** Processes killed by SIGKILL while jobs ran. */
  readonly kills: Readonly<Record<string, number>>;
  /** Calls made again under their key, after no response. */
  readonly retries: number;
  /** Between workers and model service. */
  readonly outages: { readonly count: number; readonly seconds: number };
  /** To workflows, by what became of them. */
  readonly wrong_messages: Readonly<Record<string, number>>;
  readonly workflows_terminated: number;
  readonly workflows_deleted: number;
  readonly submissions: number;
  /** At the fakes of the other services. */
  readonly runs_by_service: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Credits over all accounts at the end. */
  readonly credits: Readonly<Record<string, number>>;
};

/** The report as a person reads it. */
export function showJobsSoak(report: JobsSoakReport): string {
  return [
    `jobs             ${report.jobs.toLocaleString('en')} in ${report.seconds.toFixed(1)} s, seed ${String(report.seed)}: ${showCounts(report.jobs_by_state)}`,
    `outputs          ${showCounts(report.outputs_by_end)}`,
    `kills            ${showCounts(report.kills)}; calls made again: ${report.retries.toLocaleString('en')}`,
    `network          ${String(report.outages.count)} outages, ${report.outages.seconds.toFixed(0)} s in all`,
    `behind our back  wrong messages: ${showCounts(report.wrong_messages)}; workflows terminated: ${String(report.workflows_terminated)}, deleted: ${String(report.workflows_deleted)}`,
    `model service    ${report.submissions.toLocaleString('en')} submissions`,
    `other services   runs: ${showCounts(report.runs_by_service)}`,
    `credits          ${showCounts(report.credits)}`,
    showChecks(report.checks),
  ].join('\n');
}
