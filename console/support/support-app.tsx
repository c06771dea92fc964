import { useEffect, useMemo, useState } from 'preact/hooks';
import { makeClient } from '../shared/data/make-client.ts';
import { PageParts } from '../shared/data/page-context.ts';
import { CALL_REFUSED } from '../shared/data/problem-words.ts';
import { useAsking } from '../shared/data/use-asking.ts';
import { Button } from '../shared/parts/button.tsx';
import { ErrorNotice, Loading } from '../shared/parts/notice.tsx';
import { Shell } from '../shared/parts/shell.tsx';
import { say } from '../shared/parts/toasts.tsx';
import { usePlace } from '../shared/router.tsx';
import { SessionProvider } from './account-scope.tsx';
import { useFindKey } from './find/use-find-key.ts';
import { SupportPlace } from './support-place.tsx';
import { readSession, signOut, type Session } from './session.ts';
import { SignInPage } from './sign-in-page.tsx';

const NAME = 'Holdfast support';
const ITEMS = [
  { name: 'now', text: 'Now' },
  { name: 'find', text: 'Find' },
  { name: 'reviews', text: 'Reviews' },
  { name: 'ledger', text: 'Ledger' },
  { name: 'models', text: 'Models' },
] as const;
/** The navigation item that is marked on a page without one of its own. */
const PARENTS: ReadonlyMap<string, string> = new Map(Object.entries({ jobs: 'find', accounts: 'find' }));

/**
 * A browser's timer waits at most 2^31 ms. The end of a longer session is noticed when the reader goes to another page.
 */
const LONGEST_TIMER_MS = 2_000_000_000;

type Visit =
  | { readonly is: 'asking' }
  | { readonly is: 'failed'; readonly error: unknown }
  | { readonly is: 'out'; readonly isOver: boolean }
  /** `isOther`: another person has signed in since, in another tab. */
  | { readonly is: 'in'; readonly session: Session; readonly isOther?: boolean };

/** The pages of support: the sign-in, or those of the session. */
export function SupportApp() {
  const [visit, setVisit] = useState<Visit>({ is: 'asking' });
  const ask = () => {
    readSession().then(
      (session) => setVisit(session === null ? { is: 'out', isOver: false } : { is: 'in', session }),
      (error: unknown) => setVisit({ is: 'failed', error }),
    );
  };
  useEffect(ask, []);
  if (visit.is === 'in') {
    return (
      <SignedIn
        key={visit.session.csrf_token}
        session={visit.session}
        onEnd={() => setVisit({ is: 'out', isOver: false })}
        onChange={(now) => {
          setVisit(now === null ? { is: 'out', isOver: true } : { is: 'in', session: now, isOther: true });
        }}
        isOther={visit.isOther === true}
      />
    );
  }
  return (
    <Shell name={NAME} items={[]} current="">
      {visit.is === 'asking' && <Loading label="Your session" />}
      {visit.is === 'failed' && <ErrorNotice error={visit.error} onRetry={ask} />}
      {visit.is === 'out' && (
        <SignInPage isOver={visit.isOver} onSignedIn={(session) => setVisit({ is: 'in', session })} />
      )}
    </Shell>
  );
}

function SignedIn(props: {
  readonly session: Session;
  readonly isOther: boolean;
  /** The person has signed out. */
  readonly onEnd: () => void;
  /** The browser has another session; null: none. */
  readonly onChange: (now: Session | null) => void;
}) {
  const { session, isOther, onEnd, onChange } = props;
  const { path } = usePlace();
  const parts = useMemo(
    () => ({
      client: makeClient({ apiKey: null, headers: { 'Holdfast-CSRF': session.csrf_token } }),
      feed: null,
    }),
    [session],
  );
  useFindKey();
  useEffect(() => {
    if (isOther) say(`You act as ${session.actor} now, who has signed in in another tab.`);
  }, [isOther]);
  useSessionEnd(session, path.join('/'), onChange);
  const leave = () => {
    signOut(session).then(onEnd, () => say('You are still signed in: Holdfast cannot be reached.', 'bad'));
  };
  const [current = 'now'] = path;
  return (
    <SessionProvider value={session}>
      <PageParts.Provider value={parts}>
        <Shell
          name={NAME}
          items={ITEMS}
          current={PARENTS.get(current) ?? current}
          aside={
            <>
              <bdi class="actor" title={session.actor}>
                {session.actor}
              </bdi>
              <Button isSmall look="quiet" onClick={leave}>
                Sign out
              </Button>
            </>
          }
        >
          <SupportPlace key={current === 'reviews' ? current : path.join('/')} path={path} />
        </Shell>
      </PageParts.Provider>
    </SessionProvider>
  );
}

/**
 * Calls `onChange` when the browser's session is no longer this one: it has ended, or another person has signed in in
 * another tab. The API is asked when the session should end, when the reader goes to another page or comes back to this
 * window, and after a refused call.
 */
function useSessionEnd(session: Session, page: string, onChange: (now: Session | null) => void): void {
  const asking = useAsking();
  const ask = () => {
    const signal = asking.begin();
    readSession(signal).then(
      (now) => {
        if (!signal.aborted && now?.csrf_token !== session.csrf_token) onChange(now);
      },
      () => undefined,
    );
  };
  useEffect(() => {
    // By the computer's clock, which may be wrong: the API decides.
    const leftMs = Date.parse(session.expires_at) - Date.now();
    const timer = setTimeout(ask, Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS));
    addEventListener('focus', ask);
    addEventListener(CALL_REFUSED, ask);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', ask);
      removeEventListener(CALL_REFUSED, ask);
    };
  }, [session]);
  useEffect(ask, [page]);
}
