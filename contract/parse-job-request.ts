import type { JobRequest } from '../domain/job-request.ts';
import type { FieldError } from './problem-shape.ts';
import { fieldErrorsOf } from './field-errors.ts';
import { jobRequestSchema, KNOWN_FIELDS } from './job-request-schema.ts';
import { ruleErrors, type BodyRules } from './job-request-rules.ts';
import { nestingErrors } from './json-nesting.ts';

export type ParsedJobRequest =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Reads a job body as parsed from JSON. Fills in no defaults, so that what is fingerprinted and what is read are the same. Never throws.
 */
export function parseJobRequest(
  body: unknown,
  rules: BodyRules = { allowsTestScenarios: true, allowsLocalAssetUrls: true },
): ParsedJobRequest {
  const tooDeep = nestingErrors(body);
  if (tooDeep.length > 0) return { ok: false, errors: tooDeep };
  const parsed = jobRequestSchema.safeParse(body);
  if (!parsed.success) {
    const errors = fieldErrorsOf(body, parsed.error.issues, (field) => KNOWN_FIELDS.has(field));
    return { ok: false, errors };
  }
  const request: JobRequest = parsed.data;
  const errors = ruleErrors(request, rules);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, request };
}
