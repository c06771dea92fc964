import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LOCAL_HOST } from '../free-ports.ts';
import { TOKEN_HEADER } from '../../console/sandbox/sandbox-wire.ts';

/**
 * Returns whether a request was meant for this machine. Another site can point its own name to 127.0.0.1 (DNS
 * rebinding); the browser then sends that name as Host.
 */
export function isForThisMachine({ headers }: IncomingMessage, port: number): boolean {
  return [LOCAL_HOST, 'localhost'].some((name) => headers.host === `${name}:${String(port)}`);
}

/**
 * Returns whether a request has the token, which the terminal printed, in a header that no form and no link can send.
 */
export function hasToken({ headers }: IncomingMessage, token: string): boolean {
  const sent = headers[TOKEN_HEADER];
  // timingSafeEqual needs two values of one length.
  return typeof sent === 'string' && timingSafeEqual(digestOf(sent), digestOf(token));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
