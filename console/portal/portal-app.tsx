import { useEffect, useMemo } from 'preact/hooks';
import { ContentProvider } from '../shared/data/content-cache.tsx';
import { LiveParts } from '../shared/data/live-parts.tsx';
import { useFeedState, usePageParts } from '../shared/data/page-context.ts';
import { CALL_REFUSED, codeOf } from '../shared/data/problem-words.ts';
import { useResource } from '../shared/data/use-resource.ts';
import { ConnectionBanner } from '../shared/parts/connection-banner.tsx';
import { Empty, Shown } from '../shared/parts/notice.tsx';
import { Shell } from '../shared/parts/shell.tsx';
import { isIdPart, usePlace } from '../shared/router.tsx';
import { BalanceProvider } from './balance.tsx';
import { CreatePage } from './create/create-page.tsx';
import { CreditsPage } from './credits/credits-page.tsx';
import { JobPage } from './jobs/job-page.tsx';
import { JobsPage } from './jobs/jobs-page.tsx';
import { LiveBalance } from './live-balance.tsx';
import { useVisit, VisitParts } from './portal-context.tsx';

const CREATE = { name: 'create', text: 'Create' } as const;
const OTHERS = [
  { name: 'credits', text: 'Credits' },
  { name: 'jobs', text: 'Jobs' },
] as const;

/** The customer's pages; without a token, how to get one. */
export function PortalApp({ token }: { readonly token: string | null }) {
  return token === null ? <SignedOut /> : <SignedIn token={token} />;
}

function SignedOut() {
  return (
    <Shell name="Credits" items={[]} current="">
      <Empty isPage title="This page is opened from your account">
        Go back to where you came from and open it again: the link that brings you here is made for each
        visit.
      </Empty>
    </Shell>
  );
}

function VisitEnded() {
  return (
    <Shell name="Credits" items={[]} current="">
      <Empty isPage title="Your visit has ended">
        For your safety a visit lasts a limited time. Open this page again from your account.
      </Empty>
    </Shell>
  );
}

/** A token may be for an application's own calls alone, such as quotes. */
function NothingToRead() {
  return (
    <Shell name="Credits" items={[]} current="">
      <Empty isPage title="This link may not show your account">
        It was made without the right to read. Open this page from your account.
      </Empty>
    </Shell>
  );
}

function SignedIn({ token }: { readonly token: string }) {
  const auth = useMemo(() => ({ apiKey: token }), [token]);
  return (
    <LiveParts auth={auth}>
      <ContentProvider>
        {/* Outside of OpenVisit, so that balance and session are requested at the same time. */}
        <BalanceProvider>
          <OpenVisit />
        </BalanceProvider>
      </ContentProvider>
    </LiveParts>
  );
}

function OpenVisit() {
  const { client } = usePageParts();
  const isEnded = useFeedState() === 'ended';
  const visit = useResource('visit', async (signal) => {
    const [session, catalogue] = await Promise.all([
      client.portalSession({ signal }),
      client.catalogue({ signal }),
    ]);
    return { session, catalogue };
  });
  const { error, reload } = visit;
  useEffect(() => {
    // A stream without events does not say that its session was revoked; the next read of anything does.
    if (error !== null) return;
    addEventListener(CALL_REFUSED, reload);
    return () => removeEventListener(CALL_REFUSED, reload);
  }, [error, reload]);
  if (codeOf(error) === 'forbidden') return <NothingToRead />;
  if (isEnded || codeOf(error) === 'unauthenticated') return <VisitEnded />;
  if (visit.data === null) {
    return (
      <Shell name="Credits" items={[]} current="">
        <Shown of={visit} label="Your account">
          {() => null}
        </Shown>
      </Shell>
    );
  }
  return (
    <VisitParts.Provider value={visit.data}>
      <Pages />
    </VisitParts.Provider>
  );
}

function Pages() {
  const { path } = usePlace();
  const { session } = useVisit();
  const [current = 'credits'] = path;
  const items = session.can.includes('quote') ? [OTHERS[0], CREATE, OTHERS[1]] : OTHERS;
  return (
    <Shell
      name={session.account_name}
      items={items}
      current={current}
      aside={<LiveBalance />}
      banner={<ConnectionBanner />}
    >
      <CurrentPage path={path} />
    </Shell>
  );
}

function CurrentPage({ path }: { readonly path: readonly string[] }) {
  const { session } = useVisit();
  const [place = 'credits', id] = path;
  switch (isIdPart(id) ? place : '') {
    case 'credits':
      return <CreditsPage />;
    case 'create':
      return session.can.includes('quote') ? (
        <CreatePage />
      ) : (
        <Empty isPage title="This link does not let you create">
          It shows your credits and jobs. To create, open this page from your account.
        </Empty>
      );
    case 'jobs':
      return id === undefined ? <JobsPage /> : <JobPage key={id} id={id} />;
    default:
      return (
        <Empty isPage title="There is no such page">
          Choose one above.
        </Empty>
      );
  }
}
