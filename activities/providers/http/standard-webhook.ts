import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookHeaders } from '../provider.ts';

/** Older or younger ones are refused, so that one that was overheard cannot be sent again: what the standard proposes. */
const TOLERANCE_MS = 5 * 60_000;

const SECRET = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/;

export type VerifiedWebhook = { readonly eventId: string };

/** Throws RangeError for what is no secret of Standard Webhooks: `whsec_` and base64. It does not repeat it. */
export function parseWebhookSecret(text: string): Buffer {
  const [, base64] = SECRET.exec(text) ?? [];
  if (base64 === undefined) throw new RangeError('a webhook secret is whsec_ and base64');
  return Buffer.from(base64, 'base64');
}

/** The value of `webhook-signature` (standardwebhooks.com, symmetric): what the local model service sends, too. */
export function signStandardWebhook(
  secret: Buffer,
  id: string,
  timestamp: string,
  body: Buffer | string,
): string {
  const signed = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
  return `v1,${signed.digest('base64')}`;
}

/** Null unless it was signed with the secret within the last five minutes. One good signature among several is enough. */
export function verifyStandardWebhook(
  secret: Buffer,
  rawBody: Buffer,
  headers: WebhookHeaders,
  nowMs: number,
): VerifiedWebhook | null {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return null;
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1_000) > TOLERANCE_MS)
    return null;
  const expected = Buffer.from(signStandardWebhook(secret, id, timestamp, rawBody));
  const isSigned = signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? { eventId: id } : null;
}
