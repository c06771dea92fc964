import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { applyFunctions } from './apply-functions.ts';
import { ensureRole } from './ensure-role.ts';

type MigrateOptions = {
  /** A role that owns the database: the processes' own roles may not change a schema. */
  readonly ownerUrl: string;
  readonly apiPassword: string;
  readonly workerPassword: string;
  readonly log: (line: string) => void;
};

/** The schemas, in order: jobs reserves and settles through the ledger's functions. */
const SCHEMAS = ['ledger', 'jobs'] as const;

/** Any constant: the same for every process that migrates one database. */
const MIGRATE_LOCK_KEY = 7_214_583;

/**
 * Brings a database to the newest schema: the two process roles, the tables (numbered migrations, each once), then
 * every function and grant (each time). Safe beside running processes and by several at once: one migrates, the others
 * wait. Throws PostgreSQL's error; a failed step leaves nothing.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  // If the connection is lost between two statements, the next one throws.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Held until the connection ends, over several transactions.
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

/** Returns the names of the migrations that it applied. */
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

/** One line, for any number of migrations. */
function logApplied(applied: readonly (readonly string[])[], log: MigrateOptions['log']): void {
  const newest = SCHEMAS.flatMap((schema, index) => {
    const name = applied[index]?.at(-1);
    return name === undefined ? [] : [`${schema} to ${name}`];
  });
  if (newest.length > 0) log(`migrated ${newest.join(', ')} (${String(applied.flat().length)} migrations)`);
}
