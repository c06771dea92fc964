import { afterAll, beforeAll, inject } from 'vitest';
import { NO_BROWSER } from '../browser/find-browser.ts';
import { leaseService } from '../harness/leased-service.ts';
import '../harness/provided-context.ts';
import { createPortalFixture } from './portal-fixture.ts';
import type { ConsoleAddresses, ConsoleParts } from './start-console.ts';
import { createSupportFixture } from './support-fixture.ts';

/**
 * The stack and the browser that all files of the tier share; `stop` leaves them to the other files. Throws why they
 * did not start.
 */
export async function enterConsole(program: string): Promise<ConsoleParts> {
  const { facts, release } = await leaseService<ConsoleAddresses>(inject('consoleLeases'), program);
  return { ...facts, stop: release };
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

/**
 * Before the tests of a `describe`: enters the pages, and has the file open what it needs there. They are left after the tests.
 *
 * @param program null: the tests are skipped, and no hook runs
 */
export function withPages(
  program: string | null,
  enter: (pages: ConsolePages) => Promise<void> | void,
): void {
  let pages: ConsolePages | undefined;
  beforeAll(async () => {
    pages = await enterPages(program);
    await enter(pages);
  });
  afterAll(() => pages?.close());
}
