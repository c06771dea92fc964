import { counted } from '../texts/counted.ts';

/** States of a job as people see it (docs/http-api.md). */

export const JOB_STATES = [
  'queued',
  'running',
  'stuck',
  'succeeded',
  'partially_succeeded',
  'failed',
  'canceled',
] as const;
export type JobState = (typeof JOB_STATES)[number];

const TERMINAL: readonly JobState[] = ['succeeded', 'partially_succeeded', 'failed', 'canceled'];

/** Whether a job has ended. The transitions are decided under the account's lock, in jobs/functions. */
export function isTerminal(state: JobState): boolean {
  return TERMINAL.includes(state);
}

export const OUTPUT_STATES = ['queued', 'running', 'stuck', 'succeeded', 'failed', 'canceled'] as const;
export type OutputState = (typeof OUTPUT_STATES)[number];
export type OutputCounts = {
  readonly outputs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly canceled: number;
};

/** The one-line summary of a job: "18 of 20 delivered, 70 credits returned". */
export function summarize(counts: OutputCounts, returnedCredits: number): string {
  const delivered = `${String(counts.succeeded)} of ${String(counts.outputs)} delivered`;
  return returnedCredits > 0 ? `${delivered}, ${counted(returnedCredits, 'credit')} returned` : delivered;
}
