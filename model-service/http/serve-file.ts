import { pipeline } from 'node:stream/promises';
import { sendError, type Exchange } from './http-exchange.ts';
import type { ServiceState } from '../service-state.ts';

/** `GET /files/{token}`: the bytes. 410: the link has expired, and the next poll returns a new one. */
export async function serveFile(exchange: Exchange, state: ServiceState, token: string): Promise<void> {
  const opened = state.links.open(token, state.clock());
  if (opened.outcome === 'forged') {
    sendError(exchange, 404, 'not_found', 'No such link.');
    return;
  }
  const prediction = state.store.get(opened.link.predictionId);
  if (opened.outcome === 'expired') {
    if (prediction !== undefined) prediction.hasFollowedExpiredLink = true;
    sendError(
      exchange,
      410,
      'link_expired',
      'The link has expired. Read the prediction again for a new one.',
    );
    return;
  }
  const file = prediction?.end?.files[opened.link.index];
  const content = file === undefined ? null : state.files.open(file);
  if (file === undefined || content === null) {
    sendError(exchange, 404, 'not_found', 'The file is gone.');
    return;
  }
  exchange.response.writeHead(200, { 'content-type': file.contentType, 'content-length': file.bytes });
  // A client may close the connection half-way.
  await pipeline(content, exchange.response).catch(() => undefined);
}
