import { useEffect, useMemo } from 'preact/hooks';
import { LiveFeed } from '../shared/data/live-feed.ts';
import { makeClient } from '../shared/data/make-client.ts';
import { PageParts, useFeedState } from '../shared/data/page-context.ts';
import { ConnectionBanner } from '../shared/parts/connection-banner.tsx';
import { Empty } from '../shared/parts/notice.tsx';
import { Shell } from '../shared/parts/shell.tsx';
import { usePlace } from '../shared/router.tsx';
import { CreditsPage } from './credits/credits-page.tsx';

const ITEMS = [
  { name: 'credits', text: 'Credits' },
  { name: 'create', text: 'Create' },
  { name: 'jobs', text: 'Jobs' },
] as const;

/** The customer's face. Without a token it says how to get one. */
export function PortalApp({ token }: { readonly token: string | null }) {
  return token === null ? <SignedOut /> : <SignedIn token={token} />;
}

function SignedOut() {
  return (
    <Shell name="Credits" items={[]} current="">
      <Empty title="This page is opened from your account">
        Go back to where you came from and open it again: the link that brings you here is made for each
        visit.
      </Empty>
    </Shell>
  );
}

function SignedIn({ token }: { readonly token: string }) {
  const parts = useMemo(() => {
    const client = makeClient({ apiKey: token });
    // It tells of each break at once, and tries again by itself.
    const watching = makeClient({ apiKey: token, retry: { retries: 0 } });
    const feed = new LiveFeed((after, options) =>
      watching.events({ ...options, ...(after === undefined ? {} : { after }) }),
    );
    return { client, feed };
  }, [token]);
  useEffect(() => () => parts.feed.stop(), [parts]);
  return (
    <PageParts.Provider value={parts}>
      <Pages />
    </PageParts.Provider>
  );
}

function Pages() {
  const { path } = usePlace();
  const isOver = useFeedState() === 'ended';
  const [current = 'credits'] = path;
  return (
    <Shell name="Credits" items={isOver ? [] : ITEMS} current={current} banner={<ConnectionBanner />}>
      {isOver ? (
        <Empty title="Your visit has ended">
          For your safety a visit lasts a limited time. Open this page again from your account.
        </Empty>
      ) : (
        <CreditsPage />
      )}
    </Shell>
  );
}
