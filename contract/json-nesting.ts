import { JOB_REQUEST_LIMITS } from '../domain/job-request.ts';
import type { FieldError } from './problem-shape.ts';
import { pointerOf } from './field-errors.ts';

/**
 * Objects and lists inside one another, ours being the first: more than the limit is refused before anything recursive
 * (zod, canonical JSON) reads the body. Iterative, so that a body of half a million brackets costs no stack. It also
 * refuses the one field name that JavaScript libraries drop in silence.
 */
export function nestingErrors(
  body: unknown,
  maxDepth: number = JOB_REQUEST_LIMITS.depth,
): readonly FieldError[] {
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
