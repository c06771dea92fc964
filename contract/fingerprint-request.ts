import canonicalizeModule from 'canonicalize';
import { fingerprintOf } from '../domain/job-id.ts';
import { withoutAgreement } from '../domain/job-request.ts';

/** The package is CommonJS and its types say otherwise: what they call the module is the function. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

type Body = Readonly<Record<string, unknown>>;

/**
 * Two fingerprints of one body, each over canonical JSON (RFC 8785: key order does not matter) as it was sent, before
 * defaults: an explicit default and an absent field are two bodies.
 */

/** Of all that was sent: tells a retry from another request under the same key. */
export function fingerprintRequest(body: Body): string {
  return fingerprintOf(canonicalTextOf(body));
}

/**
 * Of the work, without what was agreed, `force` and labels: what a quote binds, and by which two jobs are identical.
 */
export function fingerprintWork(body: Body): string {
  return fingerprintOf(canonicalTextOf(withoutAgreement(body)));
}

/** Of any JSON object: the same content has the same fingerprint, in whatever order its keys are written. */
export function fingerprintJson(content: Body): string {
  return fingerprintOf(canonicalTextOf(content));
}

function canonicalTextOf(body: Body): string {
  const text = canonicalize(body);
  if (text === undefined) throw new TypeError('not a JSON object');
  return text;
}
