import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Stack } from '../../dev/stack/stack-handle.ts';
import type { StackOptions } from '../../dev/stack/stack-options.ts';
import { startStack } from '../../dev/stack/start-stack.ts';
import { BROWSER_ARGUMENTS } from '../browser/launch-browser.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

/** The catalogue of the shared stack: every kind that we ship, with those of the examples. */
export const SHARED_CATALOGUE = path.join(import.meta.dirname, 'both-catalogues.mjs');

/** The addresses of the pages' stack and of a browser. */
export type ConsoleAddresses = {
  readonly apiUrl: string;
  readonly platformKey: string;
  /** The address at which a test connects to the browser. */
  readonly browser: string;
  /** The home of the stack. */
  readonly home: string;
};

/** A stack with the pages, and a browser. */
export type ConsoleParts = ConsoleAddresses & { readonly stop: () => Promise<void> };

/**
 * Starts a stack and a browser.
 *
 * @param program the browser's, from `findBrowser`
 * @param options of the stack, besides its home and ports
 */
export async function startConsole(
  program: string,
  options: Pick<StackOptions, 'cataloguePath' | 'apiEnv' | 'sandbox'> = {},
): Promise<ConsoleParts> {
  const { home, remove } = await makeTemporaryHome('console');
  const server = await chromium.launchServer({ executablePath: program, args: BROWSER_ARGUMENTS });
  let stack: Stack;
  try {
    stack = await startStack({ home, ports: 'free', ...options });
  } catch (error) {
    await server.close();
    await remove();
    throw error;
  }
  const { api_url: apiUrl, platform_key: platformKey } = stack.info();
  return {
    ...{ apiUrl, platformKey, browser: server.wsEndpoint(), home },
    stop: async () => {
      await Promise.all([server.close(), stack.stop()]);
      await remove();
    },
  };
}
