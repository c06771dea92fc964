import { z } from 'zod';
import { sendError, sendJson, readBody, readJsonBody, type Exchange } from './http-exchange.ts';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import { SHA256 } from '../predictions/prediction-request.ts';
import type { ServiceState } from '../service-state.ts';

const ASKED = z.object({ sha256: z.array(SHA256).max(MODEL_SERVICE_LIMITS.rows) });

/**
 * `POST /v1/files/missing`: returns which of these files the service has neither made nor received, or has removed
 * since.
 */
export async function listMissingFiles(exchange: Exchange, state: ServiceState): Promise<void> {
  const read = await readJsonBody(exchange.request, MODEL_SERVICE_LIMITS.bodyBytes);
  const asked = ASKED.safeParse(read.outcome === 'read' ? read.body : undefined);
  if (!asked.success) {
    sendError(exchange, 422, 'bad_input', 'Name files by SHA-256.');
    return;
  }
  sendJson(exchange, 200, { missing: asked.data.sha256.filter((sha256) => !hasFile(state, sha256)) });
}

/** `PUT /v1/files/{sha256}`: stores a file that submissions will name. A repetition changes nothing. */
export async function receiveFile(exchange: Exchange, state: ServiceState, sha256: string): Promise<void> {
  const content = await readBody(exchange.request, MODEL_SERVICE_LIMITS.heldFileBytes);
  if (content === null) {
    sendError(exchange, 413, 'too_large', 'The file is too large.', { connection: 'close' });
  } else if (!(await state.held.keep(sha256, content))) {
    sendError(exchange, 422, 'bad_input', 'The file is not what its name says.');
  } else {
    exchange.response.writeHead(204).end();
  }
}

export function hasFile({ files, held }: Pick<ServiceState, 'files' | 'held'>, sha256: string): boolean {
  return files.findByContent(sha256) !== undefined || held.has(sha256);
}
