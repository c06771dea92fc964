import { inject } from 'vitest';
import { NO_BROWSER } from '../browser/find-browser.ts';
import '../harness/provided-context.ts';
import { createPortalFixture } from './portal-fixture.ts';
import type { ConsoleAddresses, ConsoleParts } from './start-console.ts';
import { createSupportFixture } from './support-fixture.ts';

/**
 * The stack and the browser that all files of the tier share; `stop` leaves them to the other files. Throws why they
 * did not start.
 */
export async function enterConsole(program: string): Promise<ConsoleParts> {
  const door = inject('consoleDoor');
  const response = await fetch(`${door}/?program=${encodeURIComponent(program)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  // console-door.ts writes it.
  const addresses = JSON.parse(text) as ConsoleAddresses;
  return {
    ...addresses,
    stop: async () => {
      await fetch(door);
    },
  };
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
