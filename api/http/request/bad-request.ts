import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS } from '../../../contract/problems.ts';
import { invalidPart, unavailable, type Problem } from '../problem.ts';
import { problemBody } from '../problem-body.ts';
import { drawRequestId } from './request-id.ts';

/** Responds to bytes that Node could not read as a request. `last`: the last request that arrived whole or in part. */
export type BadRequestResponder = (error: Error, socket: Duplex, last: ServerResponse | undefined) => void;

export function createBadRequestResponder(publicUrl: string): BadRequestResponder {
  return (error, socket, last) => {
    const isUnderWay = last !== undefined && !last.writableFinished;
    if (isUnderWay && last.req.complete) {
      // Bytes after a whole request do not invalidate it, and its response may be about money.
      socket.pause();
      last.once('close', () => socket.destroy());
      return;
    }
    const isAnswered = last !== undefined && !last.req.complete && last.headersSent;
    if (!socket.writable || isAnswered) {
      socket.destroy();
      return;
    }
    const problem = problemOf('code' in error ? error.code : undefined);
    socket.end(responseOf(problem, drawRequestId(), publicUrl), () => socket.destroy());
  };
}

function problemOf(code: unknown): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return invalidPart('', 'headers_too_large', 'The address and the headers are too large together.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      // Its time also runs out while this process stands still (a paused machine) and has not read it yet.
      return unavailable('The request did not come in time. Send it again.');
    default:
      return invalidPart('', 'unreadable', 'This is not HTTP.');
  }
}

function responseOf(problem: Problem, requestId: string, publicUrl: string): string {
  const { status } = PROBLEMS[problem.code];
  // Nothing was done for it: a request is acted on once it is whole.
  const body = problemBody(problem, { requestId, billed: 'no', publicUrl });
  return [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${String(body.length)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    `Request-Id: ${requestId}`,
    ...Object.entries(problem.headers).map((pair) => pair.join(': ')),
    'Connection: close',
    '',
    body.toString('utf8'),
  ].join('\r\n');
}
