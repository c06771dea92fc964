import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endPermanentErrors } from '../../activities/end-permanent-errors.ts';
import { groupCommit, GroupCommitFault } from '../../ledger/group-commit.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

const MANY_TRIES = 10_000;

/** An activity that fails is the subject, and no news. */
Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });

let fixture: ActivitiesFixture;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
afterAll(() => fixture.close());

/** An error of PostgreSQL itself, raised as a function of ours or the server raises it. */
const raise = (sqlState: string) =>
  endPermanentErrors({
    ask: () =>
      fixture.owner.query(`DO $$ BEGIN RAISE SQLSTATE '${sqlState}' USING MESSAGE = 'a secret'; END $$`),
  }).ask;

const run = (activity: () => Promise<unknown>, attempt = 1) =>
  new MockActivityEnvironment({ attempt }).run(activity);

describe('what PostgreSQL refuses', () => {
  it.each(['22007', '22008', '22P02', '22P05', '23502', '23514', '21000', 'P0001', 'HF004'])(
    'because of the call’s values fails it for good, with its own type: %s',
    async (sqlState) => {
      const failed = await run(raise(sqlState)).catch((error: unknown) => error);
      expect(failed).toMatchObject({ nonRetryable: true, type: `sql_${sqlState}` });
      // A data exception repeats the data.
      expect(String(failed).includes('a secret')).toBe(!sqlState.startsWith('22'));
    },
  );

  it.each([
    '08006',
    '40001',
    '40P01',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '58030',
    '25006',
    '25P03',
  ])('for now is retried without limit: %s', async (sqlState) => {
    await expect(run(raise(sqlState), MANY_TRIES)).rejects.toMatchObject({ code: sqlState });
  });

  it.each(['26000', '42883', '42501', '3F000', '28P01', '0A000', 'XX000'])(
    'until an operator fixes it is retried sixty times: %s',
    async (sqlState) => {
      await expect(run(raise(sqlState), 59)).rejects.toMatchObject({ code: sqlState });
      await expect(run(raise(sqlState), 60)).rejects.toMatchObject({
        nonRetryable: true,
        type: `sql_${sqlState}`,
      });
    },
  );
});

describe('what PostgreSQL does not say', () => {
  const failing = (error: Error) => endPermanentErrors({ ask: () => Promise.reject(error) }).ask;

  it('is the connection’s fault, and is retried', async () => {
    const error = new Error('Connection terminated unexpectedly');
    await expect(run(failing(error), MANY_TRIES)).rejects.toBe(error);
  });

  it('fails for good when it is our own RangeError', async () => {
    await expect(run(failing(new RangeError('not an id')))).rejects.toMatchObject({
      nonRetryable: true,
      type: 'range_error',
    });
  });
});

describe('a fault of the group that a call was sent in', () => {
  it('is not the call’s fault, which is retried', async () => {
    const { ask } = endPermanentErrors({ ask: () => groupCommit(() => Promise.resolve([]))('item') });
    await expect(run(ask, MANY_TRIES)).rejects.toBeInstanceOf(GroupCommitFault);
  });
});

describe('the activities of a job', () => {
  it('end for a request that PostgreSQL cannot store', async () => {
    const { admit } = fixture.activitiesAt('http://nowhere.test');
    const start = {
      ...fixture.startOf('nul'),
      request: { kind: 'static_ad', brief: { headline: 'a\u0000b' } },
    };
    await expect(run(() => admit(start))).rejects.toMatchObject({ nonRetryable: true, type: 'sql_22P05' });
  });

  it('end where the ledger refuses a settlement: nothing was made', async () => {
    const { plan } = await fixture.admit('nothing made');
    const { settle } = fixture.activitiesAt('http://nowhere.test');
    await expect(run(() => settle(plan, { charge: true }))).rejects.toMatchObject({
      nonRetryable: true,
      type: 'settlement_refused',
      details: ['asset_missing'],
    });
  });
});
