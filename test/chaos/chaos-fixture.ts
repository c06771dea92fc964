import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { inject } from 'vitest';
import { createHoldfastClient, type HoldfastClient } from '../../client/temporal-client.ts';
import { createInstantRenderer } from '../../model-service/instant-renderer.ts';
import { jobIdOf } from '../../contract/derived-ids.ts';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { startService, type RunningService } from '../model-service/running-service.ts';
import { grantCredits } from '../../ledger/grant-credits.ts';

export const CHAOS_ACCOUNT = 'acct_chaos';

export type ChaosFixture = {
  readonly home: string;
  readonly database: TestDatabase;
  readonly temporalAddress: string;
  readonly modelService: RunningService;
  readonly temporal: Client;
  clientFor(taskQueue: string): HoldfastClient;
  /** Rows of a query as the owner of the database. */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** How often the model service accepted a submission of a job, over all its attempts. */
  submissionsOf(idempotencyKey: string): Promise<number>;
  /** What the reconcile queries find: nothing, after every scenario. */
  reconcile(): Promise<object[]>;
  close(): Promise<void>;
};

/** Real PostgreSQL, Temporal and HTTP; a model service that takes `modelMs` per job. */
export async function createChaosFixture(modelMs: number): Promise<ChaosFixture> {
  const { home, remove } = await makeTemporaryHome('chaos');
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
  const modelService = await startService({
    createRenderer: (files) => createInstantRenderer(files, modelMs),
  });
  const temporalAddress = inject('temporalAddress');
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new Client({ connection });
  await pool.query('SELECT ledger.open_account($1, $1, $1)', [CHAOS_ACCOUNT]);
  await grantCredits(pool, {
    accountId: CHAOS_ACCOUNT,
    grantId: 'grant_chaos',
    source: 'top_up',
    priority: 3,
    credits: 100_000,
    ends: 'never',
    reason: 'chaos',
  });
  return {
    home,
    database,
    temporalAddress,
    modelService,
    temporal,
    clientFor: (taskQueue) => createHoldfastClient({ client: temporal, taskQueue }),
    async rows<Row extends object>(sql: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(sql, [...values])).rows;
    },
    async submissionsOf(idempotencyKey) {
      const prefix = jobIdOf(CHAOS_ACCOUNT, idempotencyKey).replace(/^job_/, 'att_');
      const answer = await fetch(`${modelService.url}/v1/stats?reference_prefix=${prefix}`);
      const stats = (await answer.json()) as { by_reference: Record<string, { accepted: number }> };
      return Object.values(stats.by_reference).reduce((sum, counts) => sum + counts.accepted, 0);
    },
    reconcile: async () =>
      (await pool.query(`SELECT * FROM ledger.reconcile(65) UNION ALL SELECT * FROM jobs.reconcile()`))
        .rows as object[],
    async close() {
      await connection.close();
      await modelService.dispose();
      await pool.end();
      await database.close();
      await remove();
    },
  };
}
