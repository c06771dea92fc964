/**
 * Where the API is: one folder above the scripts of the page, which it serves itself. So the page finds it below a path of a proxy too,
 * and nothing in an address can send a token elsewhere.
 */
export function apiAddress(): string {
  return new URL('..', import.meta.url).href.replace(/\/$/, '');
}
