import { hrefTo } from '../shared/router.tsx';

/** `hf_portal_…` as POST /v1/portal_sessions returns it. Any other text is ignored. */
const TOKEN = /^#token=([A-Za-z0-9_-]{20,200})(?:&to=([\w/-]{1,100}))?$/;

/**
 * Takes the session token from the address's fragment and clears the fragment, so that the token is in this page's
 * memory only. `&to=` names the first place (`create`, `jobs/job_…`). Null: no token.
 */
export function takeToken(): string | null {
  const [, token, to = 'credits'] = TOKEN.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', hrefTo(to.split('/').filter(Boolean)));
  return token;
}
