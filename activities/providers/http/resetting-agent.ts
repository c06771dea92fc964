import type { Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';

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
      } else if (target.protocol === 'https:') {
        // TLS runs on a TCP connection that we made, since it is the TCP connection that is reset.
        connect({ ...target, httpSocket: tcp }, (tlsError, tls) => {
          if (tlsError === null) callback(null, resetWhenDestroyed(tls, tcp));
          else callback(tlsError, null);
        });
      } else {
        callback(null, resetWhenDestroyed(tcp, tcp));
      }
    });
  };
}

function portOf(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

/**
 * Makes `socket` reset the TCP connection below it when the agent destroys it, because a request was aborted or a limit
 * has passed.
 */
function resetWhenDestroyed<Kind extends Socket>(socket: Kind, tcp: Socket): Kind {
  const destroy = socket.destroy.bind(socket);
  let isResetting = false;
  socket.destroy = (error) => {
    if (isResetting) return destroy(error);
    isResetting = true;
    if (!tcp.destroyed) tcp.resetAndDestroy();
    return destroy(error);
  };
  return socket;
}
