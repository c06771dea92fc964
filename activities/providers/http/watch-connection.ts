import diagnosticsChannel from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Told by undici for each request that it begins to write (undici, "Diagnostics Channel Support"). */
const CHANNEL = 'undici:client:sendHeaders';

export type WatchedConnection = {
  /** The first byte of the request is about to leave. */
  readonly sends: () => void;
  /** Whether a byte has come back since, of whatever it may be: part of a head, a 100, another protocol. */
  readonly hasAnswered: () => boolean;
  readonly forget: () => void;
};

/**
 * Watches the connection that a request goes out on. What undici says of a broken answer does not tell whether there was anything to read;
 * its connection does. A connection carries one request at a time.
 * @param body of the request, by which it is known.
 */
export function watchConnection(body: unknown): WatchedConnection {
  let socket: Socket | undefined;
  let bytesBefore = 0;
  const note = (message: unknown): void => {
    const sent = message as { readonly request: { readonly body: unknown }; readonly socket: Socket };
    if (sent.request.body === body) socket = sent.socket;
  };
  diagnosticsChannel.subscribe(CHANNEL, note);
  return {
    sends() {
      bytesBefore = socket?.bytesRead ?? 0;
    },
    hasAnswered: () => socket !== undefined && socket.bytesRead > bytesBefore,
    forget() {
      diagnosticsChannel.unsubscribe(CHANNEL, note);
    },
  };
}
