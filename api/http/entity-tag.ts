import { createHash } from 'node:crypto';

/** Of a hash of 256 bits: enough that two representations of one resource never share a tag by accident. */
const TAG_CHARACTERS = 22;

/**
 * The weak tag of a representation: of all that is shown, so that nothing shown can change behind a tag. (A counter of changes
 * would be shorter, and wrong for whatever changes without counting.)
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
