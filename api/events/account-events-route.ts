import { CALLS } from '../../contract/calls.ts';
import { pageOf } from '../../domain/page-of.ts';
import type { EventType } from '../../domain/event-types.ts';
import { readAccountEvents, readNews } from '../../jobs/reads/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type AccountExchange, type Route } from '../http/route.ts';
import type { AccountFeeds } from './account-feeds.ts';
import { lastEventId, wantsStream, withFeed } from './event-requests.ts';
import { accountEventSource } from './event-sources.ts';
import { viewAccountEvent } from './event-view.ts';
import { streamEvents } from './stream-events.ts';

type Deps = { readonly database: Database; readonly feeds: AccountFeeds; readonly now: () => number };
type Asked = { readonly after: number; readonly type: EventType | null };

/** GET /v1/events: all events of an account, as a stream (SSE) or a list (JSON), by Accept. */
export function accountEventsRoute(deps: Deps): Route {
  return route(CALLS.listEvents, {
    async handle(exchange) {
      const { after = 0, type = null, limit } = readQuery(exchange.request, CALLS.listEvents.query);
      const lastRead = lastEventId(exchange.request);
      if (!wantsStream(exchange)) {
        await list(deps, exchange, { after, type }, limit);
        return;
      }
      if (exchange.request.method === 'HEAD') {
        exchange.response.status(200).type('text/event-stream').end();
        return;
      }
      await stream(deps, exchange, { after: lastRead ?? after, type });
    },
  });
}

async function list(
  { database }: Deps,
  { response, accountId }: AccountExchange,
  asked: Asked,
  limit: number,
): Promise<void> {
  const events = await readAccountEvents(database, accountId, { ...asked, limit: limit + 1 });
  const { shown, last } = pageOf(events, limit);
  response.set('Cache-Control', 'no-store').json({
    data: shown.map((event) => viewAccountEvent(accountId, event)),
    // Its number is an event's cursor: send it as `after`.
    next_cursor: last === undefined ? null : String(last.sequence),
  });
}

async function stream(
  { database, feeds, now }: Deps,
  exchange: AccountExchange,
  asked: Asked,
): Promise<void> {
  const { accountId, response, checkAgain } = exchange;
  // A reader beyond the end waits for the next event.
  const newest = await readNews(database, [{ accountId, after: null }], 1);
  const last = newest.get(accountId)?.at(-1)?.sequence ?? 0;
  const end = asked.after > last ? last : null;
  const source = accountEventSource(database, accountId, { ...asked, after: end ?? asked.after });
  await withFeed(feeds, exchange, (feed) =>
    streamEvents({ feed, now, checkAgain }, response, source, {
      end,
      show: (event) => ({ id: event.sequence, view: viewAccountEvent(accountId, event) }),
      // An account never ends.
      isLast: () => false,
    }),
  );
}
