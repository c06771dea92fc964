import { isPortalToken } from '../shared/data/portal-token.ts';
import { hrefTo } from '../shared/router.tsx';

const PLACE = /^[\w/-]{1,100}$/;

/**
 * Takes the session token from the address's fragment, so that it is in this page's memory only. The address loses its
 * query and a fragment that begins like a token's, whatever they hold: a damaged link, or a token in the query by
 * mistake, must not stay in the history either. `&to=` names the first place (`create`, `jobs/job_…`). Null: no token.
 */
export function takeToken(): string | null {
  const { pathname, search } = location;
  // A redirect on the way may have escaped its signs.
  const hash = location.hash.replace(/^#token%3D/i, '#token=');
  const isToken = hash.startsWith('#token=');
  const given = new URLSearchParams(isToken ? hash.slice(1) : '');
  const to = given.get('to') ?? '';
  const place = hrefTo((PLACE.test(to) ? to : 'credits').split('/').filter(Boolean));
  if (isToken || search !== '') history.replaceState(null, '', `${pathname}${isToken ? place : hash}`);
  const token = given.get('token') ?? '';
  return isPortalToken(token) ? token : null;
}
