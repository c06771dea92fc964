import { invalidPart } from './problem.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Reads a body as I-JSON (RFC 7493), which is what has a canonical form: UTF-8, no byte order mark, no name twice in one
 * object. Throws the problem invalid_request for anything else.
 */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  if (text.trim() === '') throw invalidPart('', 'required', 'The body is empty.');
  const value = parse(text);
  // Of two members of one name JSON.parse keeps the last, and whoever reads it elsewhere may take the first.
  if (countWrittenMembers(text) > countKeptMembers(value)) {
    throw invalidPart('', 'repeated_name', 'An object of the body names a field twice.');
  }
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidPart('', 'not_utf8', 'The body is not valid UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidPart('', 'not_json', 'The body is not valid JSON.');
  }
}

/** Every member has one colon outside of strings, in a text that is valid. */
function countWrittenMembers(text: string): number {
  let count = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) isInString = !isInString;
    else if (unit === BACKSLASH) at += 1;
    else if (unit === COLON && !isInString) count += 1;
  }
  return count;
}

/** Iterative: a body may be half a million brackets. */
function countKeptMembers(body: unknown): number {
  let count = 0;
  const waiting: unknown[] = [body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inner = Object.values(value);
    if (!Array.isArray(value)) count += inner.length;
    for (const one of inner) waiting.push(one);
  }
  return count;
}
