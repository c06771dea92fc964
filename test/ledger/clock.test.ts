import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { migrate } from '../../ledger/migrate.ts';
import '../harness/provided-context.ts';
import { execute, TEST_ROLE_PASSWORD, withDatabase } from '../harness/template-database.ts';

test('the clock of a database as it is shipped goes on within a transaction, and shows the time', async () => {
  const name = `clock_${randomBytes(8).toString('hex')}`;
  const serverUrl = inject('databaseOwnerUrl');
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const ownerUrl = withDatabase(serverUrl, name);
  const password = TEST_ROLE_PASSWORD;
  await migrate({ ownerUrl, apiPassword: password, workerPassword: password, log: () => undefined });
  const client = new pg.Client(ownerUrl);
  await client.connect();
  try {
    await client.query('BEGIN');
    const read = 'SELECT ledger.clock() AS clock, now() AS began, clock_timestamp() AS time';
    const first = await client.query<{ clock: Date; began: Date; time: Date }>(read);
    await client.query('SELECT pg_sleep(0.02)');
    const second = await client.query<{ clock: Date; began: Date; time: Date }>(read);
    expect(second.rows[0]?.began).toEqual(first.rows[0]?.began);
    expect(Number(second.rows[0]?.clock) - Number(first.rows[0]?.clock)).toBeGreaterThanOrEqual(20);
    expect(Math.abs(Number(second.rows[0]?.clock) - Number(second.rows[0]?.time))).toBeLessThan(5);
  } finally {
    await client.end();
    await execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
});
