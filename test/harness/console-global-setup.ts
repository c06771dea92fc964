import type { TestProject } from 'vitest/node';
import { SHARED_CATALOGUE, startConsole } from '../console/start-console.ts';
import { openPartDoor } from './part-door.ts';
import './provided-context.ts';

/** Called by vitest for the tier of the console; the result is called at the end. Nothing is started before a file asks. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const door = await openPartDoor(async (program) => {
    const { stop, ...facts } = await startConsole(program, { cataloguePath: SHARED_CATALOGUE });
    return { facts, stop };
  });
  project.provide('consoleDoor', door.url);
  return door.close;
}
