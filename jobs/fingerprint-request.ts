import canonicalizeModule from 'canonicalize';
import { fingerprintOf } from '../domain/job-id.ts';
import { withoutAgreement } from '../domain/job-request.ts';

/** The package is CommonJS and its types say otherwise: what they call the module is the function. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

type Body = Readonly<Record<string, unknown>>;

/**
 * Three fingerprints of one body, each over canonical JSON (RFC 8785: key order does not matter) as it was sent, before
 * defaults: an explicit default and an absent field are two bodies.
 */

/** Of all that was sent: tells a retry from another request under the same key. */
export function fingerprintRequest(body: Body): string {
  return fingerprintOf(canonicalTextOf(body));
}

/** Of what a quote binds: without what was agreed and without labels. */
export function fingerprintQuoted(body: Body): string {
  return fingerprintOf(canonicalTextOf(withoutAgreement(body)));
}

/**
 * Of the work: two jobs are identical when this is the same. The agreement and `force` are left out too, or no job with
 * a quote of its own would ever be found identical.
 */
export function fingerprintWork(body: Body): string {
  return fingerprintQuoted(body);
}

function canonicalTextOf(body: Body): string {
  const text = canonicalize(body);
  if (text === undefined) throw new TypeError('not a JSON object');
  return text;
}
