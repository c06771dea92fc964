/**
 * The API's address: the folder above the page's scripts, which the API serves. So it holds below a path of a proxy,
 * and no link can direct a token to another address.
 */
export function apiAddress(): string {
  return new URL('..', import.meta.url).href.replace(/\/$/, '');
}
