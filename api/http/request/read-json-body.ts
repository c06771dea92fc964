import { raw, type Request, type RequestHandler, type Response } from 'express';
import { JOB_REQUEST_LIMITS } from '../../../domain/work/job-request.ts';
import { invalidPart, Problem, unavailable } from '../problem.ts';
import { stateOf } from './request-state.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

const READ = { limitBytes: JOB_REQUEST_LIMITS.bodyBytes, inflates: true } as const;

/**
 * Reads a body's JSON. Throws payload_too_large, unsupported_media_type, or invalid_request for what is not JSON in
 * UTF-8.
 */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  requireJson(request);
  return parseJson(await readBytes(request, response, READ));
}

/** Reads an optional body; undefined: none. */
export async function readOptionalJsonBody(request: Request, response: Response): Promise<unknown> {
  // A chunked body may be empty: only reading shows it.
  const bytes = await readBytes(request, response, READ);
  if (bytes.length === 0) return undefined;
  requireJson(request);
  return parseJson(bytes);
}

function requireJson(request: Request): void {
  const contentType = request.get('Content-Type') ?? '';
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  if (mediaType === 'application/json' && isUtf8) return;
  throw new Problem('unsupported_media_type', {
    detail: 'Send Content-Type: application/json, in UTF-8.',
  });
}

type ReadBytesOptions = {
  /** The limit of the decompressed body. */
  readonly limitBytes: number;
  /** Whether compressed bodies are accepted. */
  readonly inflates: boolean;
};

/**
 * Reads a body's bytes. Throws payload_too_large, unsupported_media_type and invalid_request; `unavailable` for a slow
 * one whose memory others need.
 */
export async function readBytes(
  request: Request,
  response: Response,
  { limitBytes, inflates }: ReadBytesOptions,
): Promise<Buffer> {
  // An announced length above the limit is refused at once.
  if (Number(request.get('Content-Length') ?? 0) > limitBytes) throw new Problem('payload_too_large');
  const read: RequestHandler = raw({ type: () => true, limit: limitBytes, inflate: inflates });
  let stop: () => void = () => undefined;
  const error = await new Promise<unknown>((resolve) => {
    const held = stateOf(response).bodies.hold(() => {
      resolve({ type: TOO_MANY });
    });
    let seen = 0;
    const count = (chunk: Buffer) => {
      seen += chunk.length;
      held.add(chunk.length);
      // Express refuses it too, but only after it has read the rest, however long.
      if (seen > limitBytes) resolve({ type: 'entity.too.large' });
    };
    stop = () => {
      request.off('data', count);
      held.release();
    };
    request.on('data', count);
    void read(request, response, resolve);
  });
  stop();
  if (error !== undefined) {
    const problem = problemOfReading(error);
    // The part that arrived is dropped with its connection.
    if (problem.code === 'unavailable') response.once('finish', () => request.destroy());
    throw problem;
  }
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** The code for a body that must make room for others. */
const TOO_MANY = 'too.many';

function problemOfReading(error: unknown): Problem {
  const type: unknown =
    typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return new Problem('payload_too_large');
    case TOO_MANY:
      return unavailable('Too many bodies are on their way. Nothing was done: send it again.');
    case 'encoding.unsupported':
      return new Problem('unsupported_media_type', { detail: 'Send it plain, or with gzip, deflate or br.' });
    default:
      return invalidPart('', 'unreadable', 'The body could not be read to its end.');
  }
}

/**
 * Parses a body as I-JSON (RFC 7493), which has a canonical form: UTF-8, no byte order mark, no repeated name in an
 * object. Throws invalid_request for anything else.
 */
function parseJson(bytes: Buffer): unknown {
  const text = decodeUtf8(bytes);
  if (text.trim() === '') throw invalidPart('', 'required', 'The body is empty.');
  const value = parseText(text);
  // For a repeated name JSON.parse keeps the last member, and another parser may keep the first.
  if (countWrittenMembers(text) > countKeptMembers(value)) {
    throw invalidPart('', 'repeated_name', 'An object of the body names a field twice.');
  }
  return value;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidPart('', 'not_utf8', 'The body is not valid UTF-8.');
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidPart('', 'not_json', 'The body is not valid JSON.');
  }
}

/** In valid JSON every member has one colon outside of strings. */
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
