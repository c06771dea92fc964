import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from '../harness/local-server.ts';

export type AssetServer = {
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  readonly on: (path: string, answer: (response: ServerResponse, request: IncomingMessage) => void) => void;
  readonly close: () => Promise<void>;
};

/** A picture of one pixel: a whole PNG. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** A stranger's server of pictures, over real HTTP: responds as the test says, else 404. */
export async function startAssetServer(): Promise<AssetServer> {
  const answers = new Map<string, (response: ServerResponse, request: IncomingMessage) => void>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else answer(response, request);
  });
  const { url, close } = await listenLocally(server);
  return {
    url,
    asked,
    on: (path, answer) => answers.set(path, answer),
    close,
  };
}
