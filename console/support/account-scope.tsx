import { createContext, type ComponentChildren } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { makeClient } from '../shared/data/make-client.ts';
import { PageParts } from '../shared/data/page-context.ts';
import type { Session } from './session.ts';

const SignedInAs = createContext<Session | null>(null);
export const SessionProvider = SignedInAs.Provider;

/** Throws outside of a signed-in page. */
function useSession(): Session {
  const session = useContext(SignedInAs);
  if (session === null) throw new Error('useSession was called outside of a signed-in page');
  return session;
}

/** The components within act for one account: their calls name it. */
export function AccountScope(props: { readonly accountId: string; readonly children: ComponentChildren }) {
  const { csrf_token: token } = useSession();
  const { accountId } = props;
  const parts = useMemo(() => {
    const headers = { 'Holdfast-CSRF': token, 'Holdfast-Account': accountId };
    return { client: makeClient({ apiKey: null, headers }), feed: null };
  }, [token, accountId]);
  return <PageParts.Provider value={parts}>{props.children}</PageParts.Provider>;
}
