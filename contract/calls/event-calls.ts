import type { Call } from '../call.ts';
import { accountEventPage, accountEventsQuery, EVENT_STREAM } from '../shapes/event-shapes.ts';

/** The events of an account. */
export const EVENT_CALLS = {
  listEvents: {
    method: 'get',
    path: '/v1/events',
    tag: 'events',
    summary: 'List the events of an account',
    description:
      'Every event of the account, also those without a job: a list, or with `Accept: text/event-stream` a stream of server-sent events. ' +
      'A stream continues after the event that `Last-Event-ID` names, a list after `after`. No event is left out or repeated.',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    query: accountEventsQuery,
    headers: ['Last-Event-ID'],
    responses: { 200: { json: accountEventPage, media: [EVENT_STREAM] } },
    problems: ['rate_limited'],
  },
} as const satisfies Readonly<Record<string, Call>>;
