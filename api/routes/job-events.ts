import type { Request } from 'express';
import { z } from 'zod';
import { readEvents } from '../../jobs/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import { viewEvent } from '../event-view.ts';
import type { JobWatches } from '../job-watches.ts';
import { noWatchPlace } from '../no-watch-place.ts';
import { invalidPart } from '../problem.ts';
import { listLimit, readQuery, wholeNumber } from '../read-query.ts';
import { requireJob } from '../require-job.ts';
import { pathParameter, type AccountExchange, type Route } from '../route.ts';
import { streamEvents } from '../stream-events.ts';

const query = z.strictObject({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: listLimit,
});

type Deps = { readonly database: Database; readonly watches: JobWatches; readonly now: () => number };

/** GET /v1/jobs/{id}/events: a stream (SSE) or a list (JSON), by what the caller accepts. */
export function jobEventsRoute(deps: Deps): Route {
  return {
    method: 'get',
    path: '/v1/jobs/:id/events',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    async handle(exchange) {
      const jobId = pathParameter(exchange.request, 'id');
      const asked = readQuery(exchange.request, query);
      const job = await requireJob(deps.database, exchange.accountId, jobId);
      exchange.response.vary('Accept');
      const wantsStream =
        exchange.request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream';
      if (!wantsStream) {
        await list(deps, exchange, jobId, asked.after ?? 0, asked.limit);
        return;
      }
      const after = lastEventId(exchange.request) ?? asked.after ?? 0;
      if (exchange.request.method === 'HEAD') {
        exchange.response.status(200).type('text/event-stream').end();
        return;
      }
      // Nothing is left to tell: 204 is what keeps a reader from coming back.
      if (job.finished_at !== null && after >= job.event_seq) {
        exchange.response.status(204).end();
        return;
      }
      await stream(deps, exchange, jobId, after);
    },
  };
}

async function list(
  deps: Deps,
  { response, accountId }: AccountExchange,
  jobId: string,
  after: number,
  limit: number,
): Promise<void> {
  const events = await readEvents(deps.database, { accountId, jobId }, { after, limit });
  const last = events.at(-1);
  response.set('Cache-Control', 'no-store').json({
    data: events.map((event) => viewEvent(jobId, event)),
    // Its number is an event's cursor: send it as `after`.
    next_cursor: events.length === limit && last !== undefined ? String(last.seq) : null,
  });
}

async function stream(
  deps: Deps,
  { response, accountId }: AccountExchange,
  jobId: string,
  after: number,
): Promise<void> {
  const place = deps.watches.open({ accountId, jobId });
  if (place.is !== 'open') throw noWatchPlace(place);
  const { watch } = place;
  // Who goes frees the place at once, not at the next heartbeat.
  response.once('close', watch.close);
  try {
    await streamEvents({ ...deps, watch }, response, { accountId, jobId }, after);
  } finally {
    watch.close();
  }
}

function lastEventId(request: Request): number | undefined {
  const text = request.get('Last-Event-ID');
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidPart('', 'last_event_id', 'Last-Event-ID is the number of the last event that was read.');
}
