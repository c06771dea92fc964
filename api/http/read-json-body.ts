import { raw, type Request, type RequestHandler, type Response } from 'express';
import { JOB_REQUEST_LIMITS } from '../../domain/job-request.ts';
import { parseJson } from './parse-json.ts';
import { invalidPart, Problem } from './problem.ts';

/** The bytes, inflated where they came compressed; the limit counts what came out. */
const readBytes: RequestHandler = raw({ type: () => true, limit: JOB_REQUEST_LIMITS.bodyBytes });

/**
 * The JSON of a body. Throws the problems payload_too_large, unsupported_media_type, or invalid_request for what is not
 * JSON in UTF-8.
 */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  requireJson(request);
  return parseJson(await bytesOf(request, response));
}

/** The same, where no body at all is an answer too: undefined then. */
export async function readOptionalJsonBody(request: Request, response: Response): Promise<unknown> {
  // Whether there is a body is known by reading it: a chunked one may be empty.
  const bytes = await bytesOf(request, response);
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

async function bytesOf(request: Request, response: Response): Promise<Buffer> {
  const error = await new Promise<unknown>((resolve) => {
    // Express says so too, but only once it has read the rest, however long that is.
    afterTooMany(request, () => {
      resolve({ type: 'entity.too.large' });
    });
    void readBytes(request, response, resolve);
  });
  if (error !== undefined) throw problemOfReading(error);
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function afterTooMany(request: Request, tell: () => void): void {
  let seen = 0;
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > JOB_REQUEST_LIMITS.bodyBytes) tell();
  });
}

function problemOfReading(error: unknown): Problem {
  const type: unknown =
    typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return new Problem('payload_too_large');
    case 'encoding.unsupported':
      return new Problem('unsupported_media_type', { detail: 'Send it plain, or with gzip, deflate or br.' });
    default:
      return invalidPart('', 'unreadable', 'The body could not be read to its end.');
  }
}
