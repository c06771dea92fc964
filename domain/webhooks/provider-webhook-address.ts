/**
 * The webhook address of one attempt: our reference, by which the attempt is found, and a secret. Only string
 * operations.
 */

export const WEBHOOK_PATH = '/v1/provider_webhooks';

/** 256 bits as base64url. */
const TOKEN = /^(att_[^\p{C}/.]{1,200})\.([A-Za-z0-9_-]{43})$/u;

type WebhookToken = { readonly reference: string; readonly secret: string };

/** @param baseUrl where services reach our API, without a slash at its end. */
export function webhookUrlOf(baseUrl: string, provider: string, { reference, secret }: WebhookToken): string {
  const token = encodeURIComponent(`${reference}.${secret}`);
  return `${baseUrl}${WEBHOOK_PATH}/${encodeURIComponent(provider)}/${token}`;
}

/** The last part of a webhook address; null: it is none. */
export function parseWebhookToken(token: string): WebhookToken | null {
  const [, reference, secret] = TOKEN.exec(token) ?? [];
  return reference === undefined || secret === undefined ? null : { reference, secret };
}

/** Our reference in a webhook address, as a service's record repeats it; null: the text is none. */
export function referenceOfWebhookUrl(url: string): string | null {
  const [, token = ''] = /\/([^/?#]*)$/.exec(url) ?? [];
  try {
    return parseWebhookToken(decodeURIComponent(token))?.reference ?? null;
  } catch {
    return null;
  }
}
