import { migrate } from '../../ledger/migrate.ts';
import { ensureDatabase } from '../postgres/ensure-database.ts';
import { postgresUrl, superuserUrl } from '../postgres/postgres-child.ts';
import type { Progress } from '../progress.ts';
import type { StackSecrets } from './stack-secrets.ts';

type StackDatabase = {
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly workerUrl: string;
};

const DATABASE = 'holdfast';
const API_ROLE = 'holdfast_api';
const WORKER_ROLE = 'holdfast_worker';

/** The URLs of the embedded server's database. */
export function embeddedDatabase(port: number, secrets: StackSecrets): StackDatabase {
  const { superuser, api, worker } = secrets.database;
  return {
    ownerUrl: superuserUrl({ port, superuserPassword: superuser, database: DATABASE }),
    apiUrl: postgresUrl(API_ROLE, api, port, DATABASE),
    workerUrl: postgresUrl(WORKER_ROLE, worker, port, DATABASE),
  };
}

/** The URLs of a database that runs already: the same server, our roles. */
export function externalDatabase(ownerUrl: string, secrets: StackSecrets): StackDatabase {
  const asRole = (role: string, password: string) => {
    const url = new URL(ownerUrl);
    url.username = role;
    url.password = password;
    return url.href;
  };
  return {
    ownerUrl,
    apiUrl: asRole(API_ROLE, secrets.database.api),
    workerUrl: asRole(WORKER_ROLE, secrets.database.worker),
  };
}

/** Creates the embedded database unless it exists. */
export async function ensureEmbeddedDatabase(port: number, secrets: StackSecrets): Promise<void> {
  const { superuser } = secrets.database;
  await ensureDatabase(superuserUrl({ port, superuserPassword: superuser, database: 'postgres' }), DATABASE);
}

/** Migrates it to the newest schema, with the two roles. */
export async function migrateStackDatabase(
  database: StackDatabase,
  secrets: StackSecrets,
  onNote: Progress,
): Promise<void> {
  await migrate({
    ownerUrl: database.ownerUrl,
    apiPassword: secrets.database.api,
    workerPassword: secrets.database.worker,
    log: onNote,
  });
}
