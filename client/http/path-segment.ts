/**
 * Returns an id as a segment of a path. An empty one, or dots, would name another path: of the list, or of another call.
 * Throws TypeError.
 */
export function pathSegment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError(`an id is needed, not ${JSON.stringify(id)}`);
  return encodeURIComponent(id);
}
