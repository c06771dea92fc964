import { hrefTo } from '../shared/router.tsx';

/** `hf_portal_…`, as POST /v1/portal_sessions gives it: nothing else is sent as one. */
const TOKEN = /^#token=([A-Za-z0-9_-]{20,200})(?:&to=([\w/-]{1,100}))?$/;

/**
 * The token that the page was opened with, out of the fragment, which is cleared at once: it stays in the memory of this page alone. `&to=` names the
 * place to begin at (`create`, `jobs/job_…`). Null: the address has none.
 */
export function takeToken(): string | null {
  const [, token, to = 'credits'] = TOKEN.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', hrefTo(to.split('/').filter(Boolean)));
  return token;
}
