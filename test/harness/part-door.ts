import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningPart } from './shared-part.ts';

/** So long the part stays when no file has it: the next file of the tier begins meanwhile. */
const LINGER_MS = 10_000;

/**
 * In the process of the run: a part that the files of a tier share, started when the first one asks, ended when the last one has left.
 * `close` ends it at the end of the run.
 *
 * @param start with what the first file asked for
 */
export async function openPartDoor(
  start: (asked: string) => Promise<RunningPart<object>>,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  let users = 0;
  let part: Promise<RunningPart<object>> | null = null;
  let lingering: NodeJS.Timeout | undefined;
  const end = async () => {
    const ended = part;
    part = null;
    await ended?.then(({ stop }) => stop()).catch(() => undefined);
  };
  const enter = async (asked: string): Promise<object> => {
    users += 1;
    clearTimeout(lingering);
    part ??= start(asked);
    return (await part).facts;
  };
  const leave = () => {
    users -= 1;
    if (users === 0) lingering = setTimeout(() => void end(), LINGER_MS);
  };
  const server = http.createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://door').searchParams.get('enter');
    if (asked === null) {
      leave();
      response.end();
      return;
    }
    enter(asked).then(
      (facts) => response.end(JSON.stringify(facts)),
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

/** In a test file: the part behind a door. `leave` leaves it to the other files. Throws what kept it from starting. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one cast, instead of one per tier
export async function enterPartDoor<Facts>(
  door: string,
  asked = '',
): Promise<{ readonly facts: Facts; readonly leave: () => Promise<void> }> {
  const response = await fetch(`${door}/?enter=${encodeURIComponent(asked)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const leave = async () => {
    await fetch(door);
  };
  // As the door writes it.
  return { facts: JSON.parse(text) as Facts, leave };
}
