import { inject } from 'vitest';
import { NO_BROWSER } from '../browser/find-browser.ts';
import { enterPartDoor } from '../harness/part-door.ts';
import '../harness/provided-context.ts';
import { createPortalFixture } from './portal-fixture.ts';
import type { ConsoleAddresses, ConsoleParts } from './start-console.ts';
import { createSupportFixture } from './support-fixture.ts';

/**
 * The stack and the browser that all files of the tier share; `stop` leaves them to the other files. Throws why they
 * did not start.
 */
export async function enterConsole(program: string): Promise<ConsoleParts> {
  const { facts, leave } = await enterPartDoor<ConsoleAddresses>(inject('consoleDoor'), program);
  return { ...facts, stop: leave };
}

export type ConsolePages = Awaited<ReturnType<typeof enterPages>>;

/**
 * The customer's and support's pages on the shared stack and browser, which `close` leaves to the other files. Throws why
 * they did not start.
 *
 * @param program null: the tests are skipped, and this is not called
 */
export async function enterPages(program: string | null) {
  if (program === null) throw new Error(NO_BROWSER);
  const parts = await enterConsole(program);
  const [portal, support] = await Promise.all([createPortalFixture(parts), createSupportFixture(parts)]);
  return {
    parts,
    portal,
    support,
    close: async () => {
      await Promise.all([portal.close(), support.close()]);
      await parts.stop();
    },
  };
}
