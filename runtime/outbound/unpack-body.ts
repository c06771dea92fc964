import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** How a content coding is taken off: of a stream, and of bytes that are all there. */
type Coding = {
  readonly openStream: () => Transform;
  readonly unpack: (bytes: zlib.InputType, options: zlib.ZlibOptions) => Promise<Buffer>;
};

const GZIP: Coding = {
  openStream: () => zlib.createGunzip(),
  unpack: promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip),
};

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  [
    'deflate',
    {
      openStream: () => zlib.createInflate(),
      unpack: promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.inflate),
    },
  ],
  [
    'br',
    {
      openStream: () => zlib.createBrotliDecompress(),
      unpack: promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.brotliDecompress),
    },
  ],
]);

const nameOf = (header: string | string[] | undefined) =>
  String(header ?? '')
    .trim()
    .toLowerCase();

/**
 * Returns the content of a response. It was asked for as it is, but object stores deliver what was stored compressed,
 * whatever is asked for. The reader bounds its length. A coding that we do not know is left as it is, for the content
 * check to judge.
 */
export function unpackBody(response: IncomingMessage): Readable {
  const coding = CODINGS.get(nameOf(response.headers['content-encoding']));
  if (coding === undefined) return response;
  // Each is destroyed with the other, and the reader gets the error of either.
  return pipeline(response, coding.openStream(), () => undefined);
}

/**
 * Returns the content of bytes that came with this header `Content-Encoding`. Null: they are damaged, of a coding that we
 * do not know, or unpack to more than `maxBytes`.
 */
export async function unpackBytes(
  sent: Buffer,
  header: string | string[] | undefined,
  maxBytes: number,
): Promise<Buffer | null> {
  const name = nameOf(header);
  if (name === '' || name === 'identity') return sent;
  const coding = CODINGS.get(name);
  return coding === undefined ? null : coding.unpack(sent, { maxOutputLength: maxBytes }).catch(() => null);
}
