import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { isOutputId } from '../../domain/ids.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import { readOutput } from '../../jobs/outputs/read-output.ts';
import type { Database } from '../../ledger/database.ts';
import { readByteRange, type ByteRange } from '../http/byte-range.ts';
import { matchesETag } from '../http/entity-tag.ts';
import { notFound, Problem, unavailable } from '../http/problem.ts';
import type { Exchange } from '../http/route.ts';

/** The content types of stored files, and their file endings. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
  'image/gif': '.gif',
  'video/mp4': '.mp4',
};

type Asset = { readonly sha256: string; readonly contentType: string; readonly bytes: number };

/** The asset of an output. Throws not_found and content_expired. */
export async function requireContent(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<Asset> {
  const output = isOutputId(outputId) ? await readOutput(database, accountId, outputId) : null;
  const asset = output?.asset ?? null;
  if (asset === null) throw notFound('output, or it has no content');
  if (output?.isExpired === true) throw new Problem('content_expired');
  return asset;
}

/** Sends an asset, or the requested part of it. */
export async function sendContent(
  assets: AssetStore,
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  {
    name,
    asset,
    maxAgeSeconds,
  }: {
    /** The file name without its ending. */
    readonly name: string;
    readonly asset: Asset;
    readonly maxAgeSeconds: number;
  },
): Promise<void> {
  const etag = `"${asset.sha256}"`;
  const range = rangeOf(request, asset, etag);
  if (range.is === 'unsatisfiable') {
    const contentRange = { 'Content-Range': `bytes */${String(asset.bytes)}` };
    throw new Problem('range_not_satisfiable', {}, contentRange);
  }
  setHeaders(response, name, asset, etag);
  response.set('Cache-Control', `private, max-age=${String(maxAgeSeconds)}`);
  if (matchesETag(request.get('If-None-Match'), etag)) {
    response.status(304).end();
    return;
  }
  setLength(response, range, asset.bytes);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const file = await assets.open(asset.sha256, range.is === 'part' ? range : undefined);
  if (file === null) {
    response.removeHeader('Content-Length');
    throw unavailable('The file is not to be had at the moment.');
  }
  // A caller that disconnects is no error of ours; the stream is closed either way.
  await pipeline(file.stream, response).catch(() => undefined);
}

function rangeOf(request: Request, asset: Asset, etag: string): ByteRange {
  // If-Range names the caller's version: a range of another version would not fit it.
  const ifRange = request.get('If-Range');
  const isOfThis = ifRange === undefined || ifRange === etag;
  // Ranges are for GET (RFC 9110, 14.2) and responses that would be 200 (13.2.2).
  const isAsked = request.method === 'GET' && !matchesETag(request.get('If-None-Match'), etag);
  return readByteRange(isOfThis && isAsked ? request.get('Range') : undefined, asset.bytes);
}

function setHeaders(response: Response, name: string, asset: Asset, etag: string): void {
  response.set({
    'Content-Type': asset.contentType,
    'Content-Disposition': `inline; filename="${name}${EXTENSIONS[asset.contentType] ?? ''}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    ETag: etag,
    'Accept-Ranges': 'bytes',
  });
}

function setLength(
  response: Response,
  range: Exclude<ByteRange, { is: 'unsatisfiable' }>,
  size: number,
): void {
  if (range.is === 'whole') {
    response.status(200).set('Content-Length', String(size));
    return;
  }
  response.status(206).set({
    'Content-Range': `bytes ${String(range.start)}-${String(range.end)}/${String(size)}`,
    'Content-Length': String(range.end - range.start + 1),
  });
}
