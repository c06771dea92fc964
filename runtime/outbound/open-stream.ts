import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { addAbortSignal } from 'node:stream';

/** A server that has not accepted a connection by then is tried again. Milliseconds, TLS included. */
const CONNECT_TIMEOUT_MS = 5_000;

/** The longest pause before a response, and between two chunks of it. */
const STALLED_AFTER_MS = 30_000;

class Stalled extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Sends a GET on a connection of its own, and returns the response, whose body is a stream. Rejects when there is none.
 * The body ends with an error when its connection breaks, stalls, or `signal` is aborted.
 *
 * The reader of such a body may be slow. Of that, undici 7 makes an assertion that ends the process, when the server
 * closes its connection meanwhile (nodejs/undici issue 5360; the fixed release 8 needs Node 22), so this is Node's HTTP.
 */
export function openStream(
  url: string,
  accept: string,
  lookup: LookupFunction,
  signal: AbortSignal,
  stalledAfterMs = STALLED_AFTER_MS,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const { get } = url.startsWith('https:') ? https : http;
    let response: IncomingMessage | undefined;
    const headers = { accept, 'accept-encoding': 'identity' };
    const request = get(url, { agent: false, lookup, headers }, (answer) => {
      response = addAbortSignal(signal, answer);
      signal.removeEventListener('abort', giveUp);
      resolve(response);
    });
    const giveUp = () => request.destroy(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    const connecting = setTimeout(() => {
      request.destroy(new Stalled(`no connection within ${String(CONNECT_TIMEOUT_MS)} ms`));
    }, CONNECT_TIMEOUT_MS);
    request
      .on('finish', () => {
        // The request leaves when there is a connection.
        clearTimeout(connecting);
      })
      .on('socket', (socket) => {
        let hadWaited = false;
        // Not the request's own `timeout`, which comes once.
        socket.setTimeout(stalledAfterMs).on('timeout', () => {
          // A full buffer waits for its reader, not for the server. After its reader came the server has its whole time.
          const waits = response !== undefined && response.readableLength >= response.readableHighWaterMark;
          if (waits || hadWaited) {
            hadWaited = waits;
            socket.setTimeout(stalledAfterMs);
            return;
          }
          const stalled = new Stalled(`nothing arrived for ${String(stalledAfterMs)} ms`);
          (response ?? request).destroy(stalled);
        });
      })
      .on('error', reject)
      .on('close', () => {
        clearTimeout(connecting);
        signal.removeEventListener('abort', giveUp);
        // A switch to another protocol is no response.
        reject(new Error('the connection was closed without a response'));
      });
  });
}
