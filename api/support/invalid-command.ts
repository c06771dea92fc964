import { invalidPart, type Problem } from '../http/problem.ts';

const INVALID: Readonly<Record<string, string>> = {
  in_the_past: 'until must be in the future.',
  too_large: 'until is at most a week ahead.',
};

/** The problem of a command that PostgreSQL finds invalid by its clock. */
export function invalidCommand({
  pointer,
  code,
}: {
  readonly pointer: string;
  readonly code: string;
}): Problem {
  return invalidPart(pointer, code, INVALID[code] ?? 'That cannot be.');
}
