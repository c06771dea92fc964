import type { TestProject } from 'vitest/node';
import { startStack } from '../../dev/stack/start-stack.ts';
import { serveLeases } from './leased-service.ts';
import './provided-context.ts';
import { makeTemporaryHome } from './temporary-home.ts';

/** Called by vitest for each project that names this file; the result is called at the end. Nothing is started before a file asks. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const leases = await serveLeases(async () => {
    const { home, remove } = await makeTemporaryHome('shared-stack');
    const stack = await startStack({ home, ports: 'free', modelMode: 'instant', instantMs: 0 });
    const stop = async () => {
      await stack.stop();
      await remove();
    };
    return { facts: { home, info: stack.info() }, stop };
  });
  project.provide('stackLeases', leases.url);
  return leases.close;
}
