import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { applyFunctions } from './apply-functions.ts';
import { ensureRole } from './ensure-role.ts';

export type MigrateOptions = {
  /** A role that owns the database: the processes' own roles may not change a schema. */
  readonly ownerUrl: string;
  readonly apiPassword: string;
  readonly workerPassword: string;
  readonly log: (line: string) => void;
};

/** The schemas, in order: jobs reserves and settles through the ledger's functions. */
const SCHEMAS = ['ledger', 'jobs'] as const;

/** Any constant will do: it only has to be the same for every migrating process of one database. */
const MIGRATE_LOCK_KEY = 7_214_583;

/**
 * Brings a database to the newest schema: the two process roles, then the tables (numbered migrations, each once), then
 * every function and grant (each time). Safe to run at any time, beside running processes and by several at once: one
 * migrates, the others wait for it. Throws what PostgreSQL says; nothing of a failed step stays.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  // Of a connection that is lost between two statements: the next one throws.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Held by the connection, over several transactions; it ends with the connection.
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK_KEY]);
    await ensureRole(client, 'holdfast_api', options.apiPassword);
    await ensureRole(client, 'holdfast_worker', options.workerPassword);
    const applied: string[][] = [];
    for (const schema of SCHEMAS) applied.push(await migrateTables(client, schema));
    logApplied(applied, options.log);
    await applyFunctions(client, SCHEMAS);
  } finally {
    await client.end();
  }
}

/** The names of the migrations that were not applied yet. */
async function migrateTables(client: pg.Client, schema: string): Promise<string[]> {
  const applied = await runner({
    dbClient: client,
    dir: fileURLToPath(new URL(`../${schema}/migrations`, import.meta.url)),
    schema,
    createSchema: true,
    migrationsSchema: schema,
    migrationsTable: 'migrations',
    direction: 'up',
    noLock: true,
    verbose: false,
    log: () => undefined,
  });
  return applied.map(({ name }) => name);
}

/** One line, however many there were. */
function logApplied(applied: readonly (readonly string[])[], log: MigrateOptions['log']): void {
  const newest = SCHEMAS.flatMap((schema, index) => {
    const name = applied[index]?.at(-1);
    return name === undefined ? [] : [`${schema} to ${name}`];
  });
  if (newest.length > 0) log(`migrated ${newest.join(', ')} (${String(applied.flat().length)} migrations)`);
}
