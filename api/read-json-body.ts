import { raw, type Request, type RequestHandler, type Response } from 'express';
import { JOB_REQUEST_LIMITS } from '../domain/job-request.ts';
import { invalidPart, Problem } from './problem.ts';

/** The bytes, inflated where they came compressed; the limit counts what came out. */
const readBytes: RequestHandler = raw({ type: () => true, limit: JOB_REQUEST_LIMITS.bodyBytes });

/**
 * The JSON of a body. Throws the problems payload_too_large, unsupported_media_type, or invalid_request for what is not
 * JSON in UTF-8.
 */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  requireJson(request.get('Content-Type') ?? '');
  return parse(await bytesOf(request, response));
}

/** The same, where no body at all is an answer too: undefined then. */
export async function readOptionalJsonBody(request: Request, response: Response): Promise<unknown> {
  const hasBody =
    request.get('Transfer-Encoding') !== undefined || Number(request.get('Content-Length') ?? '0') > 0;
  return hasBody ? readJsonBody(request, response) : undefined;
}

function requireJson(contentType: string): void {
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
    void readBytes(request, response, resolve);
  });
  if (error !== undefined) throw problemOfReading(error);
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
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

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidPart('', 'not_utf8', 'The body is not valid UTF-8.');
  }
  if (text.trim() === '') throw invalidPart('', 'required', 'The body is empty.');
  try {
    return JSON.parse(text);
  } catch {
    throw invalidPart('', 'not_json', 'The body is not valid JSON.');
  }
}
