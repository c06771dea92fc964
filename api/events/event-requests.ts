import type { Request } from 'express';
import { invalidPart } from '../http/problem.ts';
import type { AccountExchange } from '../http/route.ts';
import type { AccountFeeds, Feed } from './account-feeds.ts';
import { noWatchPlace } from './no-watch-place.ts';

/** Whether the caller asks for a stream rather than a list. */
export function wantsStream({ request, response }: AccountExchange): boolean {
  response.vary('Accept');
  return request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream';
}

/** The digits of a bigint, which numbers events. */
const EVENT_NUMBER = /^\d{1,20}$/;

/**
 * The number of the last event that the caller has read. A list uses `after` instead, and refuses an invalid number all
 * the same. A number past every event means the end.
 */
export function lastEventId(request: Request): number | undefined {
  const text = request.get('Last-Event-ID');
  if (text === undefined || text === '') return undefined;
  if (EVENT_NUMBER.test(text)) return Number(text);
  throw invalidPart('', 'last_event_id', 'Last-Event-ID is the number of the last event that was read.');
}

/** Opens a feed for as long as `use` runs or its reader stays. Throws the problems of a full process or account. */
export async function withFeed(
  feeds: AccountFeeds,
  { response, accountId }: AccountExchange,
  use: (feed: Feed) => Promise<void>,
): Promise<void> {
  const place = feeds.open(accountId);
  if (place.is !== 'open') throw noWatchPlace(place);
  const { feed } = place;
  // A reader that goes frees its place at once.
  response.once('close', feed.close);
  try {
    await use(feed);
  } finally {
    feed.close();
  }
}
