import type { TestProject } from 'vitest/node';
import { openConsoleDoor } from '../console/console-door.ts';
import './provided-context.ts';

/** Called by vitest for the tier of the console; the result is called at the end. Nothing is started before a file asks. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const door = await openConsoleDoor();
  project.provide('consoleDoor', door.url);
  return door.close;
}
