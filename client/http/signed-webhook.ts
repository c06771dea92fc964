import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccountEvent, Job } from './wire-types.ts';

/** A webhook that is not from Holdfast, or not recent. Respond 400 and do nothing else. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  readonly code: 'missing_headers' | 'too_old' | 'too_new' | 'no_good_signature' | 'not_json';

  constructor(code: WebhookVerificationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The content of a webhook. `id` is the same for every delivery: store it, and act once. */
export type WebhookEvent = {
  readonly id: string;
  readonly timestamp: string;
  /** Counts up per account: webhooks may arrive in another order. */
  readonly sequence: number;
} & (
  | { readonly type: JobEventType; readonly data: Job }
  | { readonly type: Exclude<AccountEvent['type'], JobEventType>; readonly data: OtherData }
);

/** For an event of a job's state, `data` is the job as it was when the webhook was first sent. */
type JobEventType = Extract<AccountEvent['type'], `job.${string}`>;
/** The event's data, with its job's id if it has one. */
type OtherData = Readonly<Record<string, unknown>> & { readonly job_id?: string };

type HeaderBag = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const SECRET_PREFIX = 'whsec_';
const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * Verifies a webhook by Standard Webhooks 1.0 (HMAC-SHA256, constant time) and parses it.
 * @param rawBody The body as received, before any parser: another order of fields is another signature.
 * @param secrets `whsec_…`; several while one is being replaced.
 * @throws WebhookVerificationError
 */
export function verifyWebhook(
  rawBody: string | Uint8Array,
  headers: HeaderBag,
  secrets: string | readonly string[],
  options: { readonly toleranceSeconds?: number; readonly now?: () => number } = {},
): WebhookEvent {
  if (typeof rawBody !== 'string' && !ArrayBuffer.isView(rawBody))
    throw new TypeError('the body as it was received is needed, text or bytes, not what a parser made of it');
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  if (
    id === undefined ||
    timestamp === undefined ||
    signatures === undefined ||
    !/^\d{1,12}$/.test(timestamp)
  ) {
    throw new WebhookVerificationError('missing_headers', 'no webhook-id, -timestamp or -signature');
  }
  const ageSeconds = (options.now ?? Date.now)() / 1_000 - Number(timestamp);
  const tolerance = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  if (ageSeconds > tolerance) throw new WebhookVerificationError('too_old', 'it was signed too long ago');
  if (ageSeconds < -tolerance) throw new WebhookVerificationError('too_new', 'it was signed in the future');
  const given = signatures.split(' ');
  const isGood = [secrets].flat().some((secret) => {
    const expected = signatureOf(secret, id, timestamp, rawBody);
    return given.some((signature) => isSame(signature, expected));
  });
  if (!isGood)
    throw new WebhookVerificationError('no_good_signature', 'no signature of it is by this secret');
  return readEvent(id, rawBody);
}

function signatureOf(secret: string, id: string, timestamp: string, rawBody: string | Uint8Array): string {
  const key = Buffer.from(
    secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret,
    'base64',
  );
  // An empty key would accept anything.
  if (key.length === 0) throw new RangeError('a webhook secret is whsec_ and base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody).digest('base64')}`;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function headerOf(headers: HeaderBag, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name] ?? Object.entries(headers).find(([other]) => other.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : value?.[0];
}

function readEvent(id: string, rawBody: string | Uint8Array): WebhookEvent {
  const text = typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody);
  try {
    return { ...(JSON.parse(text) as object), id } as WebhookEvent;
  } catch {
    throw new WebhookVerificationError('not_json', 'it is signed, and no JSON');
  }
}
