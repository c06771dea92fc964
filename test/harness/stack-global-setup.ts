import type { TestProject } from 'vitest/node';
import { startStack } from '../../dev/stack/start-stack.ts';
import { openPartDoor } from './part-door.ts';
import './provided-context.ts';
import { makeTemporaryHome } from './temporary-home.ts';

/** Called by vitest for each project that names this file; the result is called at the end. Nothing is started before a file asks. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const door = await openPartDoor(async () => {
    const { home, remove } = await makeTemporaryHome('shared-stack');
    const stack = await startStack({ home, ports: 'free', modelMode: 'instant', instantMs: 0 });
    const stop = async () => {
      await stack.stop();
      await remove();
    };
    return { facts: { home, info: stack.info() }, stop };
  });
  project.provide('stackDoor', door.url);
  return door.close;
}
