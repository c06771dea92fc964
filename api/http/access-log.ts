import type { RequestHandler } from 'express';
import { WEBHOOK_PATH } from '../../domain/webhooks/provider-webhook-address.ts';
import type { Logger } from '../../runtime/logger.ts';
import { stateOf, type RequestState } from './request/request-state.ts';

/** Requests of the process's supervisor, every few seconds. */
const QUIET_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** The rest of the path after these is a secret. */
const SECRET_BEHIND = `${WEBHOOK_PATH}/`;

/** A key or token that a caller put into a path as an id. The part before its secret names it. */
const OUR_SECRETS = /\b(hf_[a-z]+_[0-9a-f]+|whsec)_[^/]+/g;

/** A path without secrets. */
export function loggedPath(path: string): string {
  const [before = '', behind] = path.split(SECRET_BEHIND);
  if (behind === undefined) return path.replaceAll(OUR_SECRETS, '$1_…');
  const [provider = ''] = behind.split('/');
  return `${before}${SECRET_BEHIND}${provider}/…`;
}

/** What a line says of its request: id, account and job, as far as they are known. */
export function loggedIds({ requestId, keyId, accountId, jobId }: RequestState) {
  return { request_id: requestId, key_id: keyId, account_id: accountId, job_id: jobId };
}

/** One line per request: who, what, how it ended, how long. No bodies, no queries, no headers: no prompts, no secrets. */
export function logAccess(log: Logger, now: () => number): RequestHandler {
  // Its fields hold no secrets: searching them for secrets took half of its time.
  const lines = log.child({}, { redact: [] });
  return (request, response, next) => {
    const { method, path } = request;
    response.once('close', () => {
      const state = stateOf(response);
      const line = {
        ...loggedIds(state),
        method,
        path: loggedPath(path),
        status: response.statusCode,
        duration_ms: Math.round(now() - state.startedAt),
        is_complete: response.writableFinished,
      };
      if (QUIET_PATHS.has(path)) lines.debug(line, 'request');
      else lines.info(line, 'request');
    });
    next();
  };
}
