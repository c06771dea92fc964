import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import './provided-context.ts';
import { execute, TEMPLATE_DATABASE, TEST_ROLE_PASSWORD, withDatabase } from './template-database.ts';

export type TestDatabase = {
  /** As the owner: fixtures, and looking at tables no process may read. */
  readonly ownerUrl: string;
  /** As holdfast_api. */
  readonly apiUrl: string;
  /** As holdfast_worker. */
  readonly workerUrl: string;
  /** Freezes the ledger's clock at an instant; null lets it run again. */
  readonly setClock: (instant: Date | null) => Promise<void>;
  /** Sets the ledger's clock back; it runs on from there. */
  readonly setClockBack: (byMs: number) => Promise<void>;
  /** Drops the database, ending whatever connections are left. */
  readonly close: () => Promise<void>;
};

/** A migrated database of its own for one test file (about 0.1 s): `beforeAll(async () => { db = await … })`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('databaseOwnerUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const ownerUrl = withDatabase(serverUrl, name);
  return {
    ownerUrl,
    apiUrl: asRole(ownerUrl, 'holdfast_api'),
    workerUrl: asRole(ownerUrl, 'holdfast_worker'),
    setClock: (instant) => execute(ownerUrl, 'UPDATE ledger.test_clock SET frozen_at = $1', [instant]),
    setClockBack: (byMs) =>
      execute(ownerUrl, `UPDATE ledger.test_clock SET behind = make_interval(secs => $1)`, [byMs / 1_000]),
    close: () => dropDatabase(serverUrl, name),
  };
}

/** SQLSTATE object_in_use. */
const IN_USE = '55006';

/**
 * A pool that has ended says so before the server has let go of its connections. PostgreSQL waits up to 5 s for them; to force the
 * drop at once would end them with an error that no test listens for. What is left after that is ended.
 */
async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  try {
    await execute(serverUrl, `DROP DATABASE ${name}`);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== IN_USE) throw error;
    await execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

function asRole(url: string, role: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = TEST_ROLE_PASSWORD;
  return changed.href;
}
