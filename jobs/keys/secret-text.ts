import { createHash, randomBytes } from 'node:crypto';
import type { AccountMode } from '../../domain/account-mode.ts';

/**
 * `hf_live_<public id>_<32 random bytes>_<checksum>`; of test accounts `hf_test_…`, of a portal session `hf_portal_…`, of a
 * console session `hf_console_…`. The prefix and
 * the checksum let a secret scanner find a leaked one, and let us refuse a mistyped one without asking the database.
 */
type SecretText = { readonly id: string; readonly secret: string };

/** What a secret belongs to, by its prefix. */
type SecretKind = AccountMode | 'portal' | 'console';

const FORM = /^hf_(live|test|portal|console)_([0-9a-f]{20})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;
const PUBLIC_ID_BYTES = 10;
const SECRET_BYTES = 32;
const CHECKSUM_CHARACTERS = 8;

/** Draws a new key of a mode, or a session's token. */
export function drawSecret(kind: SecretKind): SecretText {
  const publicId = randomBytes(PUBLIC_ID_BYTES).toString('hex');
  const front = `hf_${kind}_${publicId}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { id: idOf(kind, publicId), secret: `${front}_${checksumOf(front)}` };
}

/** What a secret's text says. */
export type NamedSecret = { readonly id: string; readonly of: 'key' | 'portal' | 'console' };

/** Reads a secret; null: the text has not its form, or its checksum is wrong. */
export function readSecret(secret: string): NamedSecret | null {
  const match = FORM.exec(secret);
  if (match === null) return null;
  const [, kind = '', publicId = '', , checksum] = match;
  if (checksum !== checksumOf(secret.slice(0, -CHECKSUM_CHARACTERS - 1))) return null;
  return { id: idOf(kind, publicId), of: ownerOf(kind) };
}

/** The stored form of a secret. A plain hash is enough for 256 random bits, which no dictionary has. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

function idOf(kind: string, publicId: string): string {
  return `${ownerOf(kind)}_${publicId}`;
}

function ownerOf(kind: string): NamedSecret['of'] {
  return kind === 'portal' || kind === 'console' ? kind : 'key';
}

function checksumOf(front: string): string {
  return createHash('sha256').update(front, 'utf8').digest('hex').slice(0, CHECKSUM_CHARACTERS);
}
