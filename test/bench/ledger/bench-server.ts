import { randomBytes } from 'node:crypto';
import { chooseFreePorts } from '../../../dev/free-ports.ts';
import { readDevConfig } from '../../../dev/dev-config.ts';
import { postgresChild, superuserUrl } from '../../../dev/postgres/postgres-child.ts';
import { migrate } from '../../../ledger/migrate.ts';
import { runChild } from '../../harness/run-child.ts';
import { execute, withDatabase } from '../../harness/template-database.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

export type BenchServer = {
  /** A migrated, empty database; the owner's URL. */
  readonly createDatabase: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** A PostgreSQL of its own, made for the run and thrown away; or that of DATABASE_OWNER_URL, where its databases are. */
export async function startBenchServer(): Promise<BenchServer> {
  const given = readDevConfig().databaseOwnerUrl;
  const server = given === null ? await startEmbedded() : { url: given, stop: () => Promise.resolve() };
  const databases: string[] = [];
  return {
    createDatabase: async () => {
      const name = `bench_${randomBytes(6).toString('hex')}`;
      await execute(server.url, `CREATE DATABASE ${name}`);
      databases.push(name);
      const ownerUrl = withDatabase(server.url, name);
      const password = randomBytes(16).toString('hex');
      await migrate({ ownerUrl, apiPassword: password, workerPassword: password, log: () => undefined });
      return ownerUrl;
    },
    stop: async () => {
      for (const name of databases) await execute(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await server.stop();
    },
  };
}

async function startEmbedded(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const { home, remove } = await makeTemporaryHome('bench-postgres');
  const { port } = await chooseFreePorts({ port: 0 });
  const superuserPassword = randomBytes(16).toString('hex');
  const child = await runChild(await postgresChild({ home, port, superuserPassword }), home);
  const stop = async () => {
    await child.stop();
    await remove();
  };
  return { url: superuserUrl({ port, superuserPassword, database: 'postgres' }), stop };
}
