import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { readBrowserConfig } from '../../dev/dev-config.ts';
import { startStack } from '../../dev/stack/start-stack.ts';
import { findBrowser, NO_BROWSER } from '../browser/find-browser.ts';
import { BROWSER_ARGUMENTS } from '../browser/launch-browser.ts';
import type { ConsoleParts } from './console-parts.ts';
import './provided-context.ts';
import { shareRunningPart, type RunningPart } from './shared-part.ts';
import { makeTemporaryHome } from './temporary-home.ts';

/** Called by vitest for each project that names this file; the result is called at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { facts, leave } = await shareRunningPart('console', startConsoleParts);
  project.provide('consoleParts', facts);
  return leave;
}

export async function startConsoleParts(): Promise<RunningPart<ConsoleParts | null>> {
  const program = findBrowser(readBrowserConfig());
  if (program === null) {
    process.stderr.write(`SKIPPED: test/console. ${NO_BROWSER}\n`);
    return { facts: null, stop: () => Promise.resolve() };
  }
  const { home, remove } = await makeTemporaryHome('console');
  const [stack, server] = await Promise.all([
    startStack({ home, ports: 'free' }),
    chromium.launchServer({ executablePath: program, args: BROWSER_ARGUMENTS }),
  ]);
  const { api_url: apiUrl, platform_key: platformKey } = stack.info();
  return {
    facts: { apiUrl, platformKey, browser: server.wsEndpoint() },
    stop: async () => {
      await Promise.all([server.close(), stack.stop()]);
      await remove();
    },
  };
}
