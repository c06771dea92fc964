import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

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
const ROLE_LOCK_KEY = 7_214_583;

/**
 * Brings a database to the newest schema and makes sure of the two process roles. Safe to run at any time and by several
 * at once. Throws what PostgreSQL says; nothing of a failed migration stays.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  await ensureRoles(options);
  for (const schema of SCHEMAS) {
    const applied = await runner({
      databaseUrl: options.ownerUrl,
      dir: fileURLToPath(new URL(`../${schema}/migrations`, import.meta.url)),
      schema,
      createSchema: true,
      migrationsSchema: schema,
      migrationsTable: 'migrations',
      direction: 'up',
      verbose: false,
      log: () => undefined,
    });
    for (const migration of applied) options.log(`migrated ${schema}: ${migration.name}`);
  }
}

async function ensureRoles(options: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Roles belong to the whole cluster: two databases migrating at once would otherwise both create them.
    await client.query('SELECT pg_advisory_xact_lock($1)', [ROLE_LOCK_KEY]);
    await ensureRole(client, 'holdfast_api', options.apiPassword);
    await ensureRole(client, 'holdfast_worker', options.workerPassword);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(
    `${verb} ROLE ${client.escapeIdentifier(role)} LOGIN PASSWORD ${client.escapeLiteral(password)}`,
  );
}
