import type { Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';

/**
 * An HTTP agent that resets (RST) every connection it gives up, in place of closing it.
 *
 * A closed socket takes nothing back: the kernel goes on sending what is in its buffer, for minutes when packets are lost, and
 * then a request arrives that was given up long ago. A reset throws the buffer away, so nothing arrives after it. One request
 * per connection at a time: with pipelining a broken response would put its neighbours in doubt.
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
        // TLS is put on a TCP connection of our own, since a reset is the TCP connection's.
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

/** When `socket` is destroyed (by the agent, when a request is aborted or a limit has passed), the connection below it is reset. */
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
