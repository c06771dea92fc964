import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { LiveFeed } from './live-feed.ts';
import { makeClient } from './make-client.ts';
import { PageParts } from './page-context.ts';

/** Provides a client and the live feed of an account. `auth` is an API key, or headers in its place. */
export function LiveParts(props: {
  readonly auth: Parameters<typeof makeClient>[0];
  readonly children: ComponentChildren;
}) {
  const { auth, children } = props;
  const parts = useMemo(() => {
    const client = makeClient(auth);
    // The feed reports each break at once and reconnects by itself.
    const watching = makeClient({ ...auth, retry: { retries: 0 } });
    const feed = new LiveFeed((after, options) =>
      watching.events({ ...options, ...(after === undefined ? {} : { after }) }),
    );
    return { client, feed };
  }, [auth]);
  useEffect(() => () => parts.feed.stop(), [parts]);
  return <PageParts.Provider value={parts}>{children}</PageParts.Provider>;
}
