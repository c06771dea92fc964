import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROBLEMS, type ProblemCode } from '../../../contract/problems.ts';
import type { ProblemView } from '../../../contract/shapes/problem-shape.ts';

/** A request as it arrived. */
type Arrived = {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

/** What becomes of one request, once all of it has arrived. */
export type Step = (response: http.ServerResponse, request: Arrived) => void;

/** An API over real HTTP: each request has the next step, and those after the last one have the last. */
export async function scriptedApi(...steps: readonly [Step, ...Step[]]) {
  const arrived: Arrived[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      arrived.push(one);
      (steps[arrived.length - 1] ?? steps.at(-1))?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    arrived,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Step =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-Request-Id': 'req_1', ...headers });
    response.end(JSON.stringify(body));
  };

export function problem(
  code: ProblemCode,
  fields: Partial<ProblemView> = {},
  headers: Readonly<Record<string, string>> = {},
): Step {
  const { status, title, retryable, advice } = PROBLEMS[code];
  const type = `http://api.test/problems/${code}`;
  const base = { type, title, status, detail: advice, code, request_id: 'req_7', retryable, billed: 'no' };
  return json({ ...base, ...fields }, status, { 'Content-Type': 'application/problem+json', ...headers });
}

/** The connection is reset: before anything of a response, or in the middle of its body. */
export const reset: Step = (response) => response.socket?.destroy();

export const half =
  (body: unknown): Step =>
  (response) => {
    const text = JSON.stringify(body);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
  };

/** Nothing comes. */
export const silent: Step = () => undefined;

export const bytes =
  (content: Uint8Array): Step =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': content.length });
    response.end(content);
  };

/** Frames of a stream; then its end in order, or a cut. */
export const stream =
  (text: string, end: 'ends' | 'is cut'): Step =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (end === 'ends') response.end(text);
    else response.write(text, () => setTimeout(() => response.socket?.destroy(), 20));
  };

export const noContent: Step = (response) => response.writeHead(204).end();
