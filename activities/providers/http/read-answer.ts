import type { Dispatcher } from 'undici';
import { nestsDeeperThan } from '../../../domain/nests-deep.ts';
import { unpackBytes } from '../../../runtime/outbound/unpack-body.ts';
import { readBounded } from './read-bounded.ts';

/**
 * The longest accepted answer about a job: 24 MiB. Services repeat a job's input in it, with pictures as data URLs (at
 * most 12 MiB of files, data-urls.ts), or hold its result. Where the answer is the run, the adapter sets its own limit.
 */
export const MAX_ANSWER_BYTES = 24 * 1_048_576;

/** The nesting of lists and objects. A service's answer has five levels, and a model's own output some more. */
const MAX_DEPTH = 64;

/** A complete HTTP response. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Null: it was longer than allowed, or compressed in a way that cannot be read. */
  readonly bytes: Buffer | null;
  /** The body as JSON; undefined: it is none. */
  readonly json: unknown;
};

/** Reads a response to its end. Rejects when its connection breaks. */
export async function readAnswer(response: Dispatcher.ResponseData, maxBytes: number): Promise<Answer> {
  const { statusCode: status, headers } = response;
  const sent = await readBounded(response.body, maxBytes);
  // A gateway may compress what was asked for as it is, and a paid run must not be lost by that.
  const bytes = sent === null ? null : await unpackBytes(sent, headers['content-encoding'], maxBytes);
  return { status, headers, bytes, json: bytes === null ? undefined : parseJson(bytes) };
}

export function isSuccess({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/** undefined: the body is no JSON, or nested deeper than any answer. */
function parseJson(bytes: Buffer): unknown {
  if (nestsDeeperThan(MAX_DEPTH, bytes)) return undefined;
  try {
    // Without the byte order mark that some services begin with.
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns a header that came once; null: it is missing or came several times. */
export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}
