import type { z } from 'zod';
import type { FieldError } from '../shapes/problem-shape.ts';
import { assertNever } from '../../domain/assert-never.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The most fields in a response: the first of a batch of 500 broken items are enough. */
const MAX_FIELD_ERRORS = 100;

/** A longer name is not repeated: the pointer is that of its object. */
const MAX_KEY_SHOWN = 200;

/** Turns zod's issues into field errors. `isKnownField` tells a misplaced field from an unknown one. */
export function fieldErrorsOf(
  body: unknown,
  issues: readonly Issue[],
  isKnownField: (field: string) => boolean = () => false,
): readonly FieldError[] {
  const errors = issues.flatMap((issue) => fieldErrorsOfIssue(body, issue, isKnownField));
  // A number that is not a safe integer is out of its own bounds too: one error per field is enough.
  const byPlace = new Map<string, FieldError>();
  for (const error of errors) if (!byPlace.has(error.pointer)) byPlace.set(error.pointer, error);
  return [...byPlace.values()].slice(0, MAX_FIELD_ERRORS);
}

/** A JSON pointer (RFC 6901). */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function fieldErrorsOfIssue(
  body: unknown,
  issue: Issue,
  isKnownField: (field: string) => boolean,
): readonly FieldError[] {
  const at = (code: string, detail: string): readonly FieldError[] => [
    { pointer: pointerOf(issue.path), code, detail },
  ];
  switch (issue.code) {
    case 'invalid_type': {
      const value = valueAt(body, issue.path);
      if (value === undefined) return at('required', 'This field is required.');
      if (issue.expected === 'int') return at('not_an_integer', 'A whole number.');
      if (typeof value === 'number' && issue.expected === 'number')
        return at('too_large', 'A number too large to be one.');
      return at('wrong_type', `Expected ${nameOfType(issue.expected)}.`);
    }
    case 'invalid_value':
      return choiceError(valueAt(body, issue.path), issue.values, at);
    case 'invalid_union':
      return choiceError(valueAt(body, issue.path), optionsOf(issue), at);
    case 'too_big':
      if (issue.origin === 'string') return at('too_long', `At most ${String(issue.maximum)} characters.`);
      if (issue.origin === 'array') return at('too_many', `At most ${String(issue.maximum)}.`);
      return at('too_large', `At most ${String(issue.maximum)}.`);
    case 'too_small':
      if (issue.origin === 'string') return at('too_short', `At least ${String(issue.minimum)} characters.`);
      if (issue.origin === 'array') return at('too_few', `At least ${String(issue.minimum)}.`);
      return at('too_small', `At least ${String(issue.minimum)}.`);
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const pointer = pointerOf(key.length > MAX_KEY_SHOWN ? issue.path : [...issue.path, key]);
        return isKnownField(key)
          ? {
              pointer,
              code: 'not_allowed',
              detail: 'This field does not belong here: not to this kind, or not to an item.',
            }
          : { pointer, code: 'unknown_field', detail: 'There is no such field.' };
      });
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((inner) =>
        fieldErrorsOfIssue(body, { ...inner, path: [...issue.path, ...inner.path] }, isKnownField),
      );
    case 'custom':
      return at(codeOf(issue.params), issue.message);
    case 'invalid_format':
    case 'not_multiple_of':
      return at('invalid', issue.message);
    default:
      return assertNever(issue);
  }
}

function choiceError(
  value: unknown,
  choices: readonly unknown[],
  at: (code: string, detail: string) => readonly FieldError[],
): readonly FieldError[] {
  if (value === undefined) return at('required', 'This field is required.');
  if (choices.length === 0) return at('not_one_of', 'There is none that it could name.');
  const expected = typeof choices[0];
  if (typeof value !== expected) return at('wrong_type', `Expected ${nameOfType(expected)}.`);
  return at('not_one_of', `One of: ${choices.map(String).join(', ')}.`);
}

function optionsOf(issue: Issue & { code: 'invalid_union' }): readonly unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : ['text'];
}

function codeOf(params: Readonly<Record<string, unknown>> | undefined): string {
  const code = params?.['code'];
  return typeof code === 'string' ? code : 'invalid';
}

function nameOfType(expected: string): string {
  switch (expected) {
    case 'object':
    case 'record':
      return 'an object';
    case 'array':
      return 'a list';
    case 'string':
      return 'text';
    default:
      return `a ${expected}`;
  }
}

/** The value at a path of a body; undefined: none. Own properties only. */
function valueAt(body: unknown, path: Path): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return value;
}
