import { createHash, createPublicKey, verify } from 'node:crypto';
import type { FalKeys } from './fal-keys.ts';
import { isRecent, jobNamedIn, type VerifyWebhook } from './verify-webhook.ts';

type FalWebhookRules = {
  /** Keys rotate, and a webhook does not name its key, so every one is tried. */
  readonly keys: FalKeys;
  /** The user that the request must belong to; null: any. */
  readonly userId: string | null;
};

/** Webhooks signed by fal (docs.fal.ai, "Webhooks"): Ed25519 over request, user, time and the body's hash. */
export function createVerifyFalWebhook({ keys, userId }: FalWebhookRules): VerifyWebhook {
  return async (rawBody, headers, nowMs) => {
    const [request, user, timestamp, signature] = ['request-id', 'user-id', 'timestamp', 'signature'].map(
      (name) => {
        const value = headers[`x-fal-webhook-${name}`];
        return typeof value === 'string' ? value : '';
      },
    );
    if (!request || !user || !timestamp || !signature || !/^[0-9a-f]{128}$/i.test(signature)) return null;
    if ((userId !== null && user !== userId) || !isRecent(timestamp, nowMs)) return null;
    const digest = createHash('sha256').update(rawBody).digest('hex');
    const message = Buffer.from([request, user, timestamp, digest].join('\n'));
    const signed = Buffer.from(signature, 'hex');
    const isSignedByAny = (some: readonly string[]) => some.some((x) => isSignedBy(x, message, signed));
    const verified = () => ({ event: request, job: jobNamedIn(rawBody, 'request_id') });
    const known = await keys.known(nowMs);
    if (isSignedByAny(known)) return verified();
    // It may be signed with a new key.
    const refreshed = await keys.refreshed(nowMs);
    return refreshed !== known && isSignedByAny(refreshed) ? verified() : null;
  };
}

function isSignedBy(x: string, message: Buffer, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    // A key of an unknown type.
    return false;
  }
}
