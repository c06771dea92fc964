import { EVENT_TYPES, type EventType } from '../domain/event-types.ts';

/** What no job brings about: it falls due by time, or follows what an operator or a receiver does. */
const NOT_OF_A_JOB = [
  'credits.expiring',
  'credits.expired',
  'plan.renewed',
  'grant.voided',
  'webhook_endpoint.disabled',
] as const satisfies readonly EventType[];

export type TriggeredType = Exclude<EventType, (typeof NOT_OF_A_JOB)[number]>;

/** The events that a job of the sandbox can bring about. */
export const TRIGGERED_TYPES: readonly TriggeredType[] = EVENT_TYPES.filter(
  (type): type is TriggeredType => !(NOT_OF_A_JOB as readonly EventType[]).includes(type),
);
