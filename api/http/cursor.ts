import type { z } from 'zod';
import { faultOfStoredText } from '../../domain/texts/text-rule.ts';
import { invalidPart } from './problem.ts';

/** A position in a list, opaque to callers. */
export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/** Reads a cursor. Throws invalid_request for any other text. */
export function readCursor<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw invalidPart('/cursor', 'not_a_cursor', 'Send next_cursor of the page before, unchanged.');
}

function jsonOf(text: string): unknown {
  try {
    // A text that PostgreSQL would not read is left out, so that no schema takes it.
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'), (_key, value: unknown) =>
      typeof value === 'string' && faultOfStoredText(value) !== null ? undefined : value,
    );
  } catch {
    return undefined;
  }
}
