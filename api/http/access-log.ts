import type { RequestHandler } from 'express';
import { WEBHOOK_PATH } from '../../domain/webhooks/webhook-address.ts';
import type { Logger } from '../../runtime/logger.ts';
import { stateOf, type RequestState } from './request/request-state.ts';

/** Asked every few seconds by the process's supervisor. */
const QUIET_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** What stands behind it in a path is a secret. */
const SECRET_BEHIND = `${WEBHOOK_PATH}/`;

/** A key or a token in a path, where a caller mistook it for an id. What is before its secret part names it. */
const OUR_SECRETS = /\b(hf_[a-z]+_[0-9a-f]+|whsec)_[^/]+/g;

/** A path as it may be written down. */
export function loggedPath(path: string): string {
  const [before = '', behind] = path.split(SECRET_BEHIND);
  if (behind === undefined) return path.replaceAll(OUR_SECRETS, '$1_…');
  const [provider = ''] = behind.split('/');
  return `${before}${SECRET_BEHIND}${provider}/…`;
}

/** Of which request a line is: its id, whose it is, and the job that it is about, as far as that is known. */
export function loggedIds({ requestId, keyId, accountId, jobId }: RequestState) {
  return { request_id: requestId, key_id: keyId, account_id: accountId, job_id: jobId };
}

/** One line per request: who, what, how it ended, how long. No bodies, no queries, no headers: no prompts, no secrets. */
export function logAccess(log: Logger, now: () => number): RequestHandler {
  // Its fields are those below, none of them a secret's: to look for secrets took half of its time.
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
