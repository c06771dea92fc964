import net from 'node:net';
import { problem } from '../../../contract/shapes/problem-shape.ts';

/** A connection that sends what it is told, whether or not it is HTTP, and keeps what comes back. */
type RawConnection = {
  send(text: string): void;
  /** Everything that came so far. */
  received(): string;
  /** All that came, once the server has closed the connection. */
  readonly closed: Promise<string>;
  /** Sends no more, and reads on: the half of a connection. */
  end(): void;
  close(): void;
};

export function connectRaw(url: string): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  return {
    send: (text) => void socket.write(text),
    received: () => received,
    closed: new Promise((resolve) => socket.once('close', () => resolve(received))),
    end: () => void socket.end(),
    close: () => socket.destroy(),
  };
}

/** A request's head, as it goes over the wire. */
export function headOf(line: string, headers: readonly (readonly [string, string])[]): string {
  return [`${line} HTTP/1.1`, 'Host: api', ...headers.map((pair) => pair.join(': ')), '', ''].join('\r\n');
}

/** The status of an answer and its body, which is a problem as the contract has them. */
export function problemIn(answer: string): { readonly status: number; readonly problem: unknown } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  if (!head.toLowerCase().includes('content-type: application/problem+json')) throw new Error(answer);
  return { status: Number(head.split(' ')[1]), problem: problem.parse(JSON.parse(body)) };
}
