import { jobIdOf } from '../../domain/job-id.ts';
import type { JobRequest } from '../../domain/job-request.ts';
import { creditsIfKnown } from '../../domain/quote.ts';
import { pricingOf } from '../../contract/defined-catalogue.ts';
import { fingerprintRequest } from '../../contract/fingerprint-request.ts';
import type { RequestRules } from '../../contract/job-request-rules.ts';
import { parseJobRequest } from '../../contract/parse-job-request.ts';
import { invalidRequest } from '../http/problem.ts';

/** A job body, read and named by its key. */
export type Submission = {
  readonly accountId: string;
  readonly jobId: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly request: JobRequest;
  readonly fingerprint: string;
  /** Null for an edit until its source is read. */
  readonly credits: number | null;
};

/** Throws the problem invalid_request, which consumes no key. */
export function readSubmission(
  accountId: string,
  idempotencyKey: string,
  body: unknown,
  rules: RequestRules,
): Submission {
  const parsed = parseJobRequest(body, rules);
  if (!parsed.ok) throw invalidRequest(parsed.errors);
  const sent = body as Readonly<Record<string, unknown>>;
  return {
    accountId,
    jobId: jobIdOf(accountId, idempotencyKey),
    body: sent,
    request: parsed.request,
    fingerprint: fingerprintRequest(sent),
    credits: creditsIfKnown(parsed.request, pricingOf(rules.catalogue)),
  };
}
