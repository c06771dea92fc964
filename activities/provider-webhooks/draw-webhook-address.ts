import { createHash, randomBytes } from 'node:crypto';
import { webhookUrlOf } from '../../domain/webhooks/provider-webhook-address.ts';

/**
 * The webhook address of one attempt, and the hash that is stored of its secret: the secret leaves this process with
 * the submission alone.
 */
type WebhookAddress = { readonly url: string; readonly secretHash: Buffer };

/** @param baseUrl where services reach our API. */
export function drawWebhookAddress(baseUrl: string, provider: string, reference: string): WebhookAddress {
  const secret = randomBytes(32).toString('base64url');
  return {
    url: webhookUrlOf(baseUrl, provider, { reference, secret }),
    secretHash: createHash('sha256').update(secret).digest(),
  };
}
