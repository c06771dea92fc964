import { createHmac, randomBytes } from 'node:crypto';

/**
 * Signatures of Standard Webhooks 1.0 (standardwebhooks.com, symmetric), for webhooks that we send and that services
 * send us.
 */

const SECRET_PREFIX = 'whsec_';
/** As many as the specification recommends. */
const SECRET_BYTES = 32;

export function drawWebhookSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/**
 * The signature of one secret, `v1,…`.
 * @param secret `whsec_` and base64.
 * @param timestamp Seconds since 1970, as they stand in the header.
 */
export function webhookSignature(
  secret: string,
  message: { readonly id: string; readonly timestamp: string; readonly body: string | Uint8Array },
): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signed = createHmac('sha256', key).update(`${message.id}.${message.timestamp}.`).update(message.body);
  return `v1,${signed.digest('base64')}`;
}

/** The headers of a message, signed by each secret: two while one is being replaced. */
export function webhookHeaders(
  message: { readonly id: string; readonly body: string },
  secrets: readonly string[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  return {
    'content-type': 'application/json',
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets
      .map((secret) => webhookSignature(secret, { ...message, timestamp }))
      .join(' '),
  };
}
