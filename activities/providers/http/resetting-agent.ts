import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, errors } from 'undici';

/**
 * Returns an HTTP agent that resets (RST) every connection it gives up, rather than closing it.
 *
 * After a close the kernel goes on sending what is in its buffer, for minutes when packets are lost, and a request
 * arrives that was given up long ago. A reset discards the buffer, so nothing arrives after it. A connection carries
 * one request at a time: with pipelining a broken response would put other requests in doubt.
 */
export function createResettingAgent(connectTimeoutMs: number, tls: buildConnector.BuildOptions = {}): Agent {
  const connect = buildConnector({ ...tls, timeout: connectTimeoutMs });
  return new Agent({ pipelining: 1, connect: createResettingConnector(connect) });
}

function createResettingConnector(connect: buildConnector.connector): buildConnector.connector {
  return (target, callback) => {
    const plain = { ...target, protocol: 'http:', port: target.port || portOf(target.protocol) };
    connect(plain, (error, tcp) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      resetWhenDestroyed(tcp);
      if (target.protocol !== 'https:') {
        callback(null, tcp);
        return;
      }
      // TLS runs on a TCP connection that we made, since it is the TCP connection that is reset. TLS destroys it.
      connect({ ...target, httpSocket: tcp }, (tlsError, tls) => {
        if (tlsError === null) callback(null, resetWhenDestroyed(tls));
        else callback(tlsError, null);
      });
    });
  };
}

function portOf(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

/**
 * Makes a socket reset its connection when it is destroyed, because a request was aborted or a limit has passed.
 *
 * The first error is the one that counts. `resetAndDestroy` calls `destroy` again, without it, and a connection that
 * closes without an error ends a response without a length as a complete one: of an aborted request, that fails an
 * assertion of undici and ends the process.
 */
function resetWhenDestroyed<Kind extends Socket>(socket: Kind): Kind {
  const destroy = socket.destroy.bind(socket);
  let first: { readonly reason: Error | undefined } | null = null;
  socket.destroy = (error) => {
    if (first !== null) return destroy(first.reason);
    const { reason } = (first = { reason: failureOf(error) });
    if (!(socket instanceof TLSSocket)) socket.resetAndDestroy();
    return destroy(reason);
  };
  return socket;
}

/** undici connects again for a request that was aborted, unless its connection has failed. */
function failureOf(error: Error | undefined): Error | undefined {
  return error instanceof errors.InformationalError ? new errors.SocketError(error.message) : error;
}
