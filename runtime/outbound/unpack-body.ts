import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const UNPACK: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Returns the content of a response. It was asked for as it is, but object stores deliver what was stored compressed,
 * whatever is asked for. The reader bounds its length. A coding that we do not know is left as it is: the content check
 * refuses it.
 */
export function unpackBody(response: IncomingMessage): Readable {
  const unpack = UNPACK[response.headers['content-encoding']?.trim().toLowerCase() ?? ''];
  if (unpack === undefined) return response;
  // Each is destroyed with the other, and the reader gets the error of either.
  return pipeline(response, unpack(), () => undefined);
}
