import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';
import './provided-context.ts';

/** Puts on record that a test has seen a call answered so; the tier's set-up holds the record against the document when all of it has run. */
export function noteAnswer(call: string, status: number): void {
  const file = inject('answeredFile') as string | undefined;
  if (file !== undefined) appendFileSync(file, `${call} ${String(status)}\n`);
}
