import type { TestProject } from 'vitest/node';
import { readDevConfig } from '../../dev/dev-config.ts';
import { chooseFreePorts, LOCAL_HOST } from '../../dev/free-ports.ts';
import { locateTemporalServer } from '../../dev/temporal-server/locate-temporal-server.ts';
import { temporalChild } from '../../dev/temporal-server/temporal-child.ts';
import './provided-context.ts';
import { runChild } from './run-child.ts';
import { shareService, type RunningService } from './shared-service.ts';
import { makeTemporaryHome } from './temporary-home.ts';

/** Called by vitest for each project that names this file; the result is called at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { facts, release } = await shareService('temporal', startTemporal);
  project.provide('temporalAddress', facts.address);
  return release;
}

async function startTemporal(): Promise<RunningService<{ readonly address: string }>> {
  const { home, remove } = await makeTemporaryHome('test-temporal');
  const program = await locateTemporalServer(readDevConfig().cacheHome, (line) => {
    process.stderr.write(`${line}\n`);
  });
  const { port, uiPort } = await chooseFreePorts({ port: 0, uiPort: 0 });
  const child = await runChild(temporalChild({ program, home, port, uiPort }), home);
  const stop = async () => {
    await child.stop();
    await remove();
  };
  return { facts: { address: `${LOCAL_HOST}:${String(port)}` }, stop };
}
