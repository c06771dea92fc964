import { showChecks, showCounts } from '../show-checks.ts';
import type { SoakReport } from '../soak-check.ts';

export type LedgerSoakReport = SoakReport & {
  readonly operations: number;
  readonly operations_by_verb: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  /** Connections ended in the server while clients used them. */
  readonly kills: number;
  /** Statements that broke off, and calls made again under their key because of that. */
  readonly broken_statements: Readonly<Record<string, number>>;
  readonly retries: number;
  /** Callers that gave up, as a process does that dies: the result was not read. */
  readonly unacknowledged: number;
  readonly seconds: number;
  readonly operations_per_second: number;
  /** Credits over all accounts at the end. */
  readonly credits: Readonly<Record<string, number>>;
  readonly entries: number;
};

/** The report as a person reads it. */
export function showLedgerSoak(report: LedgerSoakReport): string {
  return [
    `operations       ${report.operations.toLocaleString('en')} in ${report.seconds.toFixed(1)} s (${report.operations_per_second.toFixed(0)}/s), seed ${String(report.seed)}`,
    `by verb          ${showCounts(report.operations_by_verb)}`,
    `answers          ${showCounts(report.answers)}`,
    `kills            ${report.kills.toLocaleString('en')} connections; broken statements: ${showCounts(report.broken_statements)}`,
    `retries          ${report.retries.toLocaleString('en')}; given up unanswered: ${report.unacknowledged.toLocaleString('en')}`,
    `ledger           ${report.entries.toLocaleString('en')} entries; credits: ${showCounts(report.credits)}`,
    showChecks(report.checks),
  ].join('\n');
}
