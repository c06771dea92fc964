import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { chooseFreePorts } from '../../../dev/free-ports.ts';
import { readDevConfig } from '../../../dev/dev-config.ts';
import { postgresChild, superuserUrl } from '../../../dev/postgres/postgres-child.ts';
import { migrate } from '../../../ledger/migrate.ts';
import { runChild } from '../../harness/run-child.ts';
import { execute, withDatabase } from '../../harness/template-database.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

/** The segments of the write-ahead log between two checkpoints at the `max_wal_size` of the embedded server, and some more. */
const LOG_SEGMENTS = 72;

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
  const url = superuserUrl({ port, superuserPassword, database: 'postgres' });
  await makeLogSegments(url);
  return { url, stop };
}

/**
 * Makes the server one that has been in use: a server that has had a checkpoint writes its log into the segments that the checkpoint
 * let go of. A new one makes each segment (16 MB of zeros, synced), and every commit waits for that: 60 ms about once a second, for
 * whichever side runs just then.
 */
async function makeLogSegments(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let made = 0; made < LOG_SEGMENTS; made++) {
      await client.query(`SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()`);
    }
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
