import { timingSafeEqual } from 'node:crypto';
import { webhookSignature } from '../../contract/webhook-signature.ts';
import { isRecent, jobNamedIn, type VerifyWebhook } from './verify-webhook.ts';

/**
 * Webhooks signed as Standard Webhooks 1.0 (standardwebhooks.com, symmetric): Replicate's and those of our own
 * protocol. One valid signature of several is enough, since secrets rotate.
 * @param secret `whsec_` and base64.
 */
export function createVerifyStandardWebhook(secret: string): VerifyWebhook {
  return (rawBody, headers, nowMs) => {
    const id = headers['webhook-id'];
    const timestamp = headers['webhook-timestamp'];
    const signatures = headers['webhook-signature'];
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string')
      return null;
    if (id === '' || !isRecent(timestamp, nowMs)) return null;
    const expected = Buffer.from(webhookSignature(secret, { id, timestamp, body: rawBody }));
    const isSigned = signatures.split(' ').some((signature) => {
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    return isSigned ? { event: id, job: jobNamedIn(rawBody, 'id') } : null;
  };
}
