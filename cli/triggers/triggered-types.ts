import { EVENT_TYPES, type EventType } from '../../domain/event-types.ts';

/** What no command brings about, and what does. */
export const NOT_TRIGGERED = {
  'webhook_endpoint.disabled':
    'Nothing was brought about: an endpoint is disabled by its receiver. Name one that responds 410 to a delivery (webhook create <account> --url …), then trigger another event there.',
} as const satisfies Partial<Record<EventType, string>>;

export type TriggeredType = Exclude<EventType, keyof typeof NOT_TRIGGERED>;

export function isTriggered(type: EventType): type is TriggeredType {
  return !Object.hasOwn(NOT_TRIGGERED, type);
}

/** The events that the sandbox brings about, each by what brings it about anywhere. */
export const TRIGGERED_TYPES: readonly TriggeredType[] = EVENT_TYPES.filter(isTriggered);
