import { CALLS } from '../../contract/calls.ts';
import type { Request } from 'express';
import { readEvents } from '../../jobs/reads/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import { viewEvent } from './event-view.ts';
import type { JobWatches } from './job-watches.ts';
import { noWatchPlace } from './no-watch-place.ts';
import { invalidPart } from '../http/problem.ts';
import { readQuery } from '../http/read-query.ts';
import { requireJob } from '../access/require-job.ts';
import { pathParameter, type AccountExchange, route, type Route } from '../http/route.ts';
import { streamEvents } from './stream-events.ts';

type Deps = { readonly database: Database; readonly watches: JobWatches; readonly now: () => number };

/** GET /v1/jobs/{id}/events: a stream (SSE) or a list (JSON), by what the caller accepts. */
export function jobEventsRoute(deps: Deps): Route {
  return route(CALLS.readJobEvents, {
    async handle(exchange) {
      const jobId = pathParameter(exchange.request, 'id');
      const asked = readQuery(exchange.request, CALLS.readJobEvents.query);
      const job = await requireJob(deps.database, exchange.accountId, jobId);
      exchange.response.vary('Accept');
      const wantsStream =
        exchange.request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream';
      if (!wantsStream) {
        await list(deps, exchange, jobId, asked.after ?? 0, asked.limit);
        return;
      }
      const after = lastEventId(exchange.request) ?? asked.after ?? 0;
      // Nothing is left to tell: 204 is what keeps a reader from coming back.
      if (job.finished_at !== null && after >= job.event_seq) {
        exchange.response.status(204).end();
        return;
      }
      if (exchange.request.method === 'HEAD') {
        exchange.response.status(200).type('text/event-stream').end();
        return;
      }
      // A reader beyond the end has read all there is: it waits for what comes next.
      await stream(deps, exchange, jobId, Math.min(after, job.event_seq));
    },
  });
}

async function list(
  deps: Deps,
  { response, accountId }: AccountExchange,
  jobId: string,
  after: number,
  limit: number,
): Promise<void> {
  // One more than is shown tells whether there is another page.
  const events = await readEvents(deps.database, { accountId, jobId }, { after, limit: limit + 1 });
  const shown = events.slice(0, limit);
  const last = shown.at(-1);
  response.set('Cache-Control', 'no-store').json({
    data: shown.map((event) => viewEvent(jobId, event)),
    // Its number is an event's cursor: send it as `after`.
    next_cursor: events.length > shown.length && last !== undefined ? String(last.seq) : null,
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

/** As long as a bigint is written, which is what numbers events. */
const EVENT_NUMBER = /^\d{1,20}$/;

/** The number of the last event that the caller has read. One that no event can have is beyond the end like any other. */
function lastEventId(request: Request): number | undefined {
  const text = request.get('Last-Event-ID');
  if (text === undefined || text === '') return undefined;
  if (EVENT_NUMBER.test(text)) return Number(text);
  throw invalidPart('', 'last_event_id', 'Last-Event-ID is the number of the last event that was read.');
}
