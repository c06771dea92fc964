import { createHash, randomBytes } from 'node:crypto';
import type { AccountMode } from '../../domain/account-mode.ts';

/**
 * `hf_live_<public id>_<32 random bytes>_<checksum>`; of test accounts `hf_test_…`. The prefix and the checksum let a
 * secret scanner find a leaked key, and let us refuse a mistyped one without asking the database.
 */
export type ApiKeyText = { readonly keyId: string; readonly secret: string };

const FORM = /^hf_(?:live|test)_([0-9a-f]{20})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;
const PUBLIC_ID_BYTES = 10;
const SECRET_BYTES = 32;
const CHECKSUM_CHARACTERS = 8;

/** Draws a new key. */
export function drawApiKey(mode: AccountMode): ApiKeyText {
  const publicId = randomBytes(PUBLIC_ID_BYTES).toString('hex');
  const front = `hf_${mode}_${publicId}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { keyId: `key_${publicId}`, secret: `${front}_${checksumOf(front)}` };
}

/** The key's id, when the text has a key's form and its checksum is right; else null. */
export function keyIdOf(secret: string): string | null {
  const match = FORM.exec(secret);
  if (match === null) return null;
  const isWhole = match[3] === checksumOf(secret.slice(0, -CHECKSUM_CHARACTERS - 1));
  return isWhole ? `key_${String(match[1])}` : null;
}

/** The stored form of a key. A plain hash does for 256 random bits: there is no dictionary to try. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

function checksumOf(front: string): string {
  return createHash('sha256').update(front, 'utf8').digest('hex').slice(0, CHECKSUM_CHARACTERS);
}
