/** The events that a job of the sandbox can bring about. */
export const TRIGGERED_TYPES = [
  'job.queued',
  'job.running',
  'job.progress',
  'job.stuck',
  'job.succeeded',
  'job.partially_succeeded',
  'job.failed',
  'job.canceled',
  'credits.returned',
  'credits.refunded',
  'credits.low',
] as const;
export type TriggeredType = (typeof TRIGGERED_TYPES)[number];
