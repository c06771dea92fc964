import type { AccountEvent } from '../../jobs/reads/read-events.ts';
import type { Feed } from './account-feeds.ts';

/** Events per query, and per step. */
const EVENT_PAGE = 100;

/** Which events are followed: of a job, of a type, all. */
export type EventSource = {
  /** Reads the next page of unsent events, oldest first. */
  readonly read: (limit: number) => Promise<readonly AccountEvent[]>;
  /** Whether an event is among them, and was not sent. */
  readonly wants: (event: AccountEvent) => boolean;
  /** The sequence up to which all was sent; -1: not known. */
  readonly position: number;
};

/** A step: new events, and whether there are no more for now. */
export type FollowedEvents = { readonly events: readonly AccountEvent[]; readonly isAll: boolean };

/**
 * Follows events until the reader is gone, the time is up or the process closes, without gaps and repeats: events from
 * memory begin where the last page ended, and the position is taken before a page is read, so the page has everything
 * up to it. Yields at least every `idleMs`, also without events. The source learns what was yielded before the next
 * step. Rejects as the source's `read` does.
 */
export async function* followEvents(
  feed: Feed,
  source: EventSource,
  limits: { readonly isOver: () => boolean; readonly idleMs: () => number },
): AsyncGenerator<FollowedEvents, void, void> {
  let { position } = source;
  let saidAll = true;
  while (!limits.isOver()) {
    const kept = feed.after(position);
    if (kept === null) {
      const head = feed.head() ?? -1;
      const events = await source.read(EVENT_PAGE);
      const isAll = events.length < EVENT_PAGE;
      const last = events.at(-1)?.sequence ?? -1;
      yield { events, isAll };
      saidAll = isAll;
      position = isAll ? Math.max(position, head, last) : last;
      if (!isAll) continue;
    } else {
      const events = kept.filter(source.wants);
      // After a full page the reader is told that it was the last.
      if (events.length > 0 || !saidAll) yield { events, isAll: true };
      saidAll = true;
      position = kept.at(-1)?.sequence ?? position;
    }
    const news = await feed.next(position, Math.max(0, limits.idleMs()));
    if (news === 'closing') return;
    if (news === 'quiet') yield { events: [], isAll: true };
  }
}
