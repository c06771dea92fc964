import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { chooseFreePorts } from '../../dev/free-ports.ts';
import { postgresChild, superuserUrl } from '../../dev/postgres/postgres-child.ts';
import './provided-context.ts';
import { runChild } from './run-child.ts';
import { shareService, type RunningService } from './shared-service.ts';
import { makeTemporaryHome } from './temporary-home.ts';
import { makeTemplateDatabase } from './template-database.ts';

/** Called by vitest for each project that names this file; the result is called at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { facts, release } = await shareService('postgres', startPostgres);
  project.provide('databaseOwnerUrl', facts.ownerUrl);
  return release;
}

async function startPostgres(): Promise<RunningService<{ readonly ownerUrl: string }>> {
  const { home, remove } = await makeTemporaryHome('test-postgres');
  const { port } = await chooseFreePorts({ port: 0 });
  const superuserPassword = randomBytes(16).toString('hex');
  const child = await runChild(await postgresChild({ home, port, superuserPassword }), home);
  const stop = async () => {
    await child.stop();
    await remove();
  };
  const ownerUrl = superuserUrl({ port, superuserPassword, database: 'postgres' });
  try {
    await makeTemplateDatabase(ownerUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return { facts: { ownerUrl }, stop };
}
