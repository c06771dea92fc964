import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import { withoutAgreement } from '../domain/work/job-request.ts';

/** Lower-case base32 (RFC 4648): safe in URLs, workflow ids and file names, and easy to read aloud. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** 26 base32 characters = 130 bits of a SHA-256: no accidental collision. */
const STEM_LENGTH = 26;

/**
 * The job id of an account's idempotency key on the jobs route: the same forever, so that a retry finds the first job.
 */
export function jobIdOf(accountId: string, idempotencyKey: string): string {
  return `job_${stemOf('job', accountId, idempotencyKey)}`;
}

/** The job id of a free retry, from the review and the decision's key. No customer's key leads to it. */
export function freeRetryJobIdOf(accountId: string, reviewId: string, decisionKey: string): string {
  return `job_${stemOf('free_retry', accountId, reviewId, decisionKey)}`;
}

/** The account id of a platform's reference. */
export function accountIdOf(reference: string): string {
  return `acct_${stemOf('account', reference)}`;
}

/** A grant's id from its account, source and reference (payment, period, or "once"). */
export function grantIdOf(accountId: string, source: string, reference: string): string {
  return `grant_${stemOf('grant', accountId, source, reference)}`;
}

/** The spend id of an account's idempotency key on the usage route. */
export function spendIdOf(accountId: string, idempotencyKey: string): string {
  return `spend_${stemOf('usage', accountId, idempotencyKey)}`;
}

/** The id of a support command under its key: its refunds are named after it, so that it refunds once. */
export function actionIdOf(accountId: string, command: string, key: string): string {
  return `act_${stemOf('support', accountId, command, key)}`;
}

function stemOf(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts), 'utf8').digest();
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of digest) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < STEM_LENGTH) {
      bits -= 5;
      text += BASE32.charAt((buffer >> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  return text;
}

/** The package is CommonJS, and its types are wrong: the module itself is the function. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

type Body = Readonly<Record<string, unknown>>;

/**
 * The fingerprint of JSON as it was sent: tells a retry from another request under the same key. It is over the canonical
 * form (RFC 8785), so the order of keys does not matter; it is before defaults, so an explicit default and an absent field
 * differ.
 */
export function fingerprintJson(body: Body): string {
  const text = canonicalize(body);
  if (text === undefined) throw new TypeError('not a JSON object');
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * The fingerprint of the work, without agreement, `force` and labels: what a quote binds, and by which two jobs are
 * identical.
 */
export function fingerprintWork(body: Body): string {
  return fingerprintJson(withoutAgreement(body));
}
