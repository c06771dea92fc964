import { pageOf } from '../../domain/page-of.ts';
import { CALLS } from '../../contract/calls.ts';
import { readJobEvents } from '../../jobs/reads/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import type { AccountFeeds } from '../events/account-feeds.ts';
import { lastEventId, wantsStream, withFeed } from '../events/event-requests.ts';
import { endsItsJob, jobEventSource } from '../events/event-sources.ts';
import { viewJobEvent } from '../events/event-view.ts';
import { streamEvents } from '../events/stream-events.ts';
import { readQuery } from '../http/request/read-query.ts';
import { requireJob } from '../access/require-job.ts';
import { pathParameter, type AccountExchange, route, type Route } from '../http/route.ts';

type Deps = { readonly database: Database; readonly feeds: AccountFeeds; readonly now: () => number };

/** GET /v1/jobs/{id}/events: a stream (SSE) or a list (JSON), by Accept. */
export function jobEventsRoute(deps: Deps): Route {
  return route(CALLS.readJobEvents, {
    async handle(exchange) {
      const jobId = pathParameter(exchange.request, 'id');
      const asked = readQuery(exchange.request, CALLS.readJobEvents.query);
      const lastRead = lastEventId(exchange.request);
      const job = await requireJob(deps.database, exchange.accountId, jobId);
      if (!wantsStream(exchange)) {
        await list(deps, exchange, jobId, asked.after ?? 0, asked.limit);
        return;
      }
      const after = lastRead ?? asked.after ?? 0;
      const hasEnded = job.finished_at !== null;
      // Nothing is left: 204 stops a reader from reconnecting.
      if (hasEnded && after >= job.event_seq) {
        exchange.response.status(204).end();
        return;
      }
      if (exchange.request.method === 'HEAD') {
        exchange.response.status(200).type('text/event-stream').end();
        return;
      }
      // A reader beyond the end waits for the next event.
      const end = after > job.event_seq ? job.event_seq : null;
      await stream(deps, exchange, jobId, { after: end ?? after, end, hasEnded });
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
  const events = await readJobEvents(deps.database, { accountId, jobId }, { after, limit: limit + 1 });
  const { shown, last } = pageOf(
    events.map((event) => viewJobEvent(jobId, event)),
    limit,
  );
  response.set('Cache-Control', 'no-store').json({
    data: shown,
    // Its number is an event's cursor: send it as `after`.
    next_cursor: last === undefined ? null : String(last.seq),
  });
}

async function stream(
  { database, feeds, now }: Deps,
  exchange: AccountExchange,
  jobId: string,
  job: { readonly after: number; readonly end: number | null; readonly hasEnded: boolean },
): Promise<void> {
  const source = jobEventSource(database, { accountId: exchange.accountId, jobId }, job.after);
  let { hasEnded } = job;
  await withFeed(feeds, exchange, (feed) =>
    streamEvents({ feed, now, checkAgain: exchange.checkAgain }, exchange.response, source, {
      end: job.end,
      show(event) {
        const view = viewJobEvent(jobId, event);
        return { id: view.seq, view };
      },
      isLast({ events, isAll }) {
        hasEnded ||= events.some(endsItsJob);
        // There may be events after the terminal one: a batch's returns and refunds.
        return hasEnded && isAll;
      },
    }),
  );
}
