import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { startConsole, type ConsoleAddresses, type ConsoleParts } from './start-console.ts';

/** The catalogue of the shared stack: every kind that we ship, with those of the examples. */
export const SHARED_CATALOGUE = path.join(import.meta.dirname, 'both-catalogues.mjs');

/** How long stack and browser stay without a file that uses them: the next file of the tier begins within this time. */
const LINGER_MS = 10_000;

/**
 * Runs in vitest's main process: a stack and a browser for all files of the tier, started for the first one and stopped
 * after the last one. `close` stops them at the end of the run.
 */
export async function openConsoleDoor(): Promise<{
  readonly url: string;
  readonly close: () => Promise<void>;
}> {
  let users = 0;
  let parts: Promise<ConsoleParts> | null = null;
  let lingering: NodeJS.Timeout | undefined;
  const end = async () => {
    const ended = parts;
    parts = null;
    await ended?.then(({ stop }) => stop()).catch(() => undefined);
  };
  const enter = async (program: string): Promise<ConsoleAddresses> => {
    users += 1;
    clearTimeout(lingering);
    parts ??= startConsole(program, { cataloguePath: SHARED_CATALOGUE });
    const { apiUrl, platformKey, browser, home } = await parts;
    return { apiUrl, platformKey, browser, home };
  };
  const leave = () => {
    users -= 1;
    if (users === 0) lingering = setTimeout(() => void end(), LINGER_MS);
  };
  const server = http.createServer((request, response) => {
    const program = new URL(request.url ?? '', 'http://door').searchParams.get('program');
    if (program === null) {
      leave();
      response.end();
      return;
    }
    enter(program).then(
      (addresses) => response.end(JSON.stringify(addresses)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: async () => {
      clearTimeout(lingering);
      server.close();
      server.closeAllConnections();
      await end();
    },
  };
}
