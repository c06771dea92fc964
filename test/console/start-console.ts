import { chromium } from 'playwright-core';
import { startStack } from '../../dev/stack/start-stack.ts';
import { BROWSER_ARGUMENTS } from '../browser/launch-browser.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

/** What a test needs to know of the pages' stack, and of a browser. */
export type ConsoleAddresses = {
  readonly apiUrl: string;
  readonly platformKey: string;
  /** Where a test connects to the browser. */
  readonly browser: string;
  /** The home of the stack. */
  readonly home: string;
};

/** The pages on a stack, and a browser. */
export type ConsoleParts = ConsoleAddresses & { readonly stop: () => Promise<void> };

/**
 * Starts a stack and a browser.
 *
 * @param program the browser's, of `findBrowser`
 * @param cataloguePath null: the shipped one
 * @param apiEnv settings of the API beside those of a stack
 */
export async function startConsole(
  program: string,
  cataloguePath: string | null = null,
  apiEnv: Readonly<Record<string, string>> = {},
): Promise<ConsoleParts> {
  const { home, remove } = await makeTemporaryHome('console');
  const [stack, server] = await Promise.all([
    startStack({ home, ports: 'free', cataloguePath, apiEnv }),
    chromium.launchServer({ executablePath: program, args: BROWSER_ARGUMENTS }),
  ]);
  const { api_url: apiUrl, platform_key: platformKey } = stack.info();
  return {
    ...{ apiUrl, platformKey, browser: server.wsEndpoint(), home },
    stop: async () => {
      await Promise.all([server.close(), stack.stop()]);
      await remove();
    },
  };
}
