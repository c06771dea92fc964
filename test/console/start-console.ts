import { chromium } from 'playwright-core';
import { startStack } from '../../dev/stack/start-stack.ts';
import { BROWSER_ARGUMENTS } from '../browser/launch-browser.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

/** The pages on a stack of their own, and a browser. */
export type ConsoleParts = {
  readonly apiUrl: string;
  readonly platformKey: string;
  /** Where a test connects to the browser. */
  readonly browser: string;
  readonly stop: () => Promise<void>;
};

/** @param program the browser's, of `findBrowser` */
export async function startConsole(program: string): Promise<ConsoleParts> {
  const { home, remove } = await makeTemporaryHome('console');
  const [stack, server] = await Promise.all([
    startStack({ home, ports: 'free' }),
    chromium.launchServer({ executablePath: program, args: BROWSER_ARGUMENTS }),
  ]);
  const { api_url: apiUrl, platform_key: platformKey } = stack.info();
  return {
    ...{ apiUrl, platformKey, browser: server.wsEndpoint() },
    stop: async () => {
      await Promise.all([server.close(), stack.stop()]);
      await remove();
    },
  };
}
