import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../../ledger/migrate.ts';
import { describeSchema } from '../../schema/describe-schema.ts';
import { execute, TEST_ROLE_PASSWORD } from '../../harness/template-database.ts';
import { createTestDatabase, type TestDatabase } from '../../harness/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // Without what a test database has in place of the clock.
  await execute(database.ownerUrl, 'DROP TABLE ledger.test_clock');
  await migrate({
    ownerUrl: database.ownerUrl,
    apiPassword: TEST_ROLE_PASSWORD,
    workerPassword: TEST_ROLE_PASSWORD,
    log: () => undefined,
  });
});
afterAll(() => database.close());

test('docs/schema.sql is what a migrated database holds (npm run schema writes it)', async () => {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const written = await readFile(fileURLToPath(new URL('../../../docs/schema.sql', import.meta.url)), 'utf8');
  expect(await describeSchema(client)).toBe(written);
  await client.end();
});
