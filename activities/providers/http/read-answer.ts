import type { Dispatcher } from 'undici';
import { nestsDeeperThan } from '../../../domain/nests-deep.ts';
import { readBounded } from './read-bounded.ts';

/**
 * No answer about a job is longer than this, whatever it claims: 24 MiB. Services repeat a job's input in it, with pictures as data URLs (12 MiB
 * of files at most, data-urls.ts), or hold its result. Where the answer is the run, its adapter says how long.
 */
export const MAX_ANSWER_BYTES = 24 * 1_048_576;

/** Of lists and objects within each other. An answer of a service has five, and a model's own output some more. */
const MAX_DEPTH = 64;

/** A finished HTTP answer. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Null when it was longer than allowed. */
  readonly bytes: Buffer | null;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
};

/** Reads a response to its end. Rejects when it breaks off. */
export async function readAnswer(response: Dispatcher.ResponseData, maxBytes: number): Promise<Answer> {
  const { statusCode: status, headers } = response;
  const bytes = await readBounded(response.body, maxBytes);
  return { status, headers, bytes, json: bytes === null ? undefined : parseJson(bytes) };
}

/** undefined for what is not JSON, or deeper than any answer. */
function parseJson(bytes: Buffer): unknown {
  if (nestsDeeperThan(MAX_DEPTH, bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** A header that came once; null else. */
export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}
