/** States of a job as people see it (http-api.md, "job"), and the moves between them. */

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

const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['running', 'stuck', 'succeeded', 'partially_succeeded', 'failed', 'canceled'],
  running: ['stuck', 'succeeded', 'partially_succeeded', 'failed', 'canceled'],
  stuck: ['running', 'succeeded', 'partially_succeeded', 'failed', 'canceled'],
  succeeded: [],
  partially_succeeded: [],
  failed: [],
  canceled: [],
};

export function isTerminal(state: JobState): boolean {
  return NEXT[state].length === 0;
}

export function mayMove(from: JobState, to: JobState): boolean {
  return NEXT[from].includes(to);
}

export type OutputState = Exclude<JobState, 'partially_succeeded'>;
export type OutputCounts = {
  readonly outputs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly canceled: number;
};

/** The state of a job whose outputs have all ended. Throws RangeError while one has not. */
export function terminalJobState(counts: OutputCounts): JobState {
  if (counts.succeeded + counts.failed + counts.canceled !== counts.outputs || counts.outputs === 0) {
    throw new RangeError('the job has outputs that have not ended');
  }
  if (counts.succeeded === counts.outputs) return 'succeeded';
  if (counts.succeeded > 0) return 'partially_succeeded';
  return counts.failed > 0 ? 'failed' : 'canceled';
}

/** The one-line summary of a job: "18 of 20 delivered, 70 credits returned". */
export function summarize(counts: OutputCounts, returnedCredits: number): string {
  const delivered = `${String(counts.succeeded)} of ${String(counts.outputs)} delivered`;
  return returnedCredits > 0 ? `${delivered}, ${String(returnedCredits)} credits returned` : delivered;
}
