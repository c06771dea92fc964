import type { Call } from '../call.ts';
import { accountEventPage, accountEventsQuery, EVENT_STREAM } from '../shapes/event-shapes.ts';

/** What happens in an account. */
export const EVENT_CALLS = {
  listEvents: {
    method: 'get',
    path: '/v1/events',
    tag: 'events',
    summary: 'Read what happens in an account',
    description:
      'Every event of the account, those without a job too: a list, or with `Accept: text/event-stream` a stream of server-sent events. ' +
      'A stream goes on after the event that `Last-Event-ID` names; a list after `after`. None is left out, none comes twice.',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    query: accountEventsQuery,
    headers: ['Last-Event-ID'],
    responses: { 200: { json: accountEventPage, media: [EVENT_STREAM] } },
    problems: ['rate_limited'],
  },
} as const satisfies Readonly<Record<string, Call>>;
