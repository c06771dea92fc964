import { createHash } from 'node:crypto';

/** The part of a 256-bit hash that is used: enough that two representations never share a tag by accident. */
const TAG_CHARACTERS = 22;

/**
 * The weak tag of a representation, from all that is shown: so nothing shown can change under a tag, as it could with a
 * counter of changes.
 */
export function entityTagOf(shown: string): string {
  const hash = createHash('sha256').update(shown, 'utf8').digest('base64url');
  return `W/"${hash.slice(0, TAG_CHARACTERS)}"`;
}

/** Whether an If-None-Match names a tag; weak comparison (RFC 9110, 13.1.2). */
export function matchesETag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag));
}
