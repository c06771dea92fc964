import { createHash, createPublicKey, verify } from 'node:crypto';
import type { WebhookHeaders } from '../provider.ts';

/** Older or younger ones are refused (docs.fal.ai, "Webhooks": five minutes). */
const TOLERANCE_MS = 5 * 60_000;

export type FalWebhookRules = {
  /** The public keys of their JWKS that are known just now, as `x` of each: every one is tried, since they rotate. */
  readonly keys: () => readonly string[];
  /** Whose request it has to be about; null: anyone's. */
  readonly userId: string | null;
};

/** Null for one that fal did not sign within the last five minutes, or that is about a request of another user; else its event. */
export function verifyFalWebhook(
  { keys, userId }: FalWebhookRules,
  rawBody: Buffer,
  headers: WebhookHeaders,
  nowMs: number,
): string | null {
  const [request, user, timestamp, signature] = ['request-id', 'user-id', 'timestamp', 'signature'].map(
    (name) => {
      const value = headers[`x-fal-webhook-${name}`];
      return typeof value === 'string' ? value : '';
    },
  );
  if (!request || !user || !timestamp || !signature || !/^[0-9a-f]{128}$/i.test(signature)) return null;
  if (userId !== null && user !== userId) return null;
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1_000) > TOLERANCE_MS)
    return null;
  const digest = createHash('sha256').update(rawBody).digest('hex');
  const message = Buffer.from([request, user, timestamp, digest].join('\n'));
  const signed = Buffer.from(signature, 'hex');
  return keys().some((x) => isSignedBy(x, message, signed)) ? request : null;
}

function isSignedBy(x: string, message: Buffer, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    // A key of another kind than they have today.
    return false;
  }
}
