import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { ApiClient } from '../../../client/http/api-client.ts';
import type { AccountEvent } from '../../../client/http/wire-types.ts';
import type { FeedState, LiveFeed } from './live-feed.ts';

/** A page's client and live feed; null: the page has no feed and reads at intervals. */
type PageContext = {
  readonly client: ApiClient;
  readonly feed: LiveFeed<AccountEvent> | null;
};

export const PageParts = createContext<PageContext | null>(null);

/** Throws outside of a signed-in page. */
export function usePageParts(): PageContext {
  const parts = useContext(PageParts);
  if (parts === null) throw new Error('usePageParts was called outside of a signed-in page');
  return parts;
}

/** The state of the live connection; `live` if the page has none. */
export function useFeedState(): FeedState {
  const { feed } = usePageParts();
  const [state, setState] = useState<FeedState>(feed?.state ?? 'live');
  useEffect(() => {
    if (feed === null) return;
    setState(feed.state);
    return feed.watchState(() => setState(feed.state));
  }, [feed]);
  return state;
}

/** Calls `listener` for every event of the account while the component is shown. */
export function useEvents(listener: (event: AccountEvent) => void): void {
  const { feed } = usePageParts();
  useEffect(
    () =>
      feed?.listen((news) => {
        if (news.is === 'event') listener(news.event);
      }),
    [feed, listener],
  );
}
