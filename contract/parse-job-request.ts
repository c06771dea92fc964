import { JOB_REQUEST_LIMITS, type JobRequest } from '../domain/job-request.ts';
import type { FieldError } from './problem-shape.ts';
import { fieldErrorsOf, pointerOf } from './field-errors.ts';
import { toJobRequest } from './job-request-schema.ts';
import { ruleErrors, type RequestRules } from './job-request-rules.ts';

export type ParsedJobRequest =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Reads a job body as parsed from JSON. Fills in no defaults, so that what is fingerprinted and what is read are the same. Never throws.
 */
export function parseJobRequest(body: unknown, rules: RequestRules): ParsedJobRequest {
  const tooDeep = nestingErrors(body);
  if (tooDeep.length > 0) return { ok: false, errors: tooDeep };
  const { schema, knownFields } = rules.catalogue.jobRequest;
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const errors = fieldErrorsOf(body, parsed.error.issues, (field) => knownFields.has(field));
    return { ok: false, errors };
  }
  const request = toJobRequest(parsed.data);
  const errors = ruleErrors(request, rules);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, request };
}

/**
 * Objects and lists inside one another, ours being the first: more than the limit is refused before anything recursive
 * (zod, canonical JSON) reads the body. Iterative, so that a body of half a million brackets costs no stack. It also
 * refuses the one field name that JavaScript libraries drop in silence.
 */
function nestingErrors(body: unknown): readonly FieldError[] {
  const maxDepth = JOB_REQUEST_LIMITS.depth;
  const waiting: { readonly value: unknown; readonly path: readonly string[] }[] = [
    { value: body, path: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length >= maxDepth) {
      return [{ pointer: pointerOf(path), code: 'too_deep', detail: `At most ${String(maxDepth)} levels.` }];
    }
    for (const [key, inner] of Object.entries(value as Readonly<Record<string, unknown>>)) {
      if (key === '__proto__') {
        return [
          { pointer: pointerOf([...path, key]), code: 'not_allowed', detail: 'Nothing may have this name.' },
        ];
      }
      if (typeof inner === 'object') waiting.push({ value: inner, path: [...path, key] });
    }
  }
  return [];
}
