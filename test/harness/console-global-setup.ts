import type { TestProject } from 'vitest/node';
import { SHARED_CATALOGUE, startConsole } from '../console/start-console.ts';
import { serveLeases } from './leased-service.ts';
import './provided-context.ts';

/** Called by vitest for the tier of the console; the result is called at the end. Nothing is started before a file asks. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const leases = await serveLeases(async (program) => {
    const { stop, ...facts } = await startConsole(program, { cataloguePath: SHARED_CATALOGUE });
    return { facts, stop };
  });
  project.provide('consoleLeases', leases.url);
  return leases.close;
}
