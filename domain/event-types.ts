/** Every event type: of jobs, and of accounts. */
export const EVENT_TYPES = [
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
  'credits.expiring',
  'credits.expired',
  'plan.renewed',
  'grant.voided',
  'webhook_endpoint.disabled',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** The id of an event, derived from the job and its number there, or from the account and its sequence. */
export function eventIdOf(
  accountId: string,
  event: { readonly sequence: number; readonly of: { readonly jobId: string; readonly seq: number } | null },
): string {
  if (event.of === null) return `evt_${accountId.replace(/^acct_/, '')}_${String(event.sequence)}`;
  return `evt_${event.of.jobId.replace(/^job_/, '')}_${String(event.of.seq)}`;
}
