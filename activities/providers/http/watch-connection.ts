import diagnosticsChannel from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** undici publishes each request here when it begins to write it (undici, "Diagnostics Channel Support"). */
const CHANNEL = 'undici:client:sendHeaders';

type WatchedConnection = {
  /** To be called immediately before the first byte of the request is sent. */
  readonly sends: () => void;
  /** Whether any byte has come back since: part of a head, a 100, another protocol. */
  readonly hasAnswered: () => boolean;
  readonly forget: () => void;
};

/**
 * Watches the connection of a request. undici's error for a broken answer does not say whether any byte of it came; the
 * connection does. A connection carries one request at a time.
 * @param body of the request, which identifies it.
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
