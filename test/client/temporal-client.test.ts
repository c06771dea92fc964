import net from 'node:net';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createHoldfastClient, type HoldfastClient } from '../../client/temporal-client.ts';
import { jobIdOf } from '../../contract/derived-ids.ts';
import { outputIdOf } from '../../domain/ids.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import { failureOf, type FailureCode } from '../../domain/work/failures.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { reconcile } from '../../ledger/reconcile.ts';
import { startWorker } from '../api/in-process-worker.ts';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { SUPERSCALE_GRANTS } from '../harness/superscale.ts';
import { retryUntilClosed } from '../../runtime/retry-until-closed.ts';

const TASK_QUEUE = 'client';
const request: JobRequest = { kind: 'static_ad', brief: { headline: 'A kettle' } };

let database: TestDatabase;
let pool: pg.Pool;
let connection: Connection;
let temporal: Client;
let client: HoldfastClient;
let accountId: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  const { home, remove } = await makeTemporaryHome('client');
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.workerUrl, max: 4 });
  pool.on('error', () => undefined);
  connection = await Connection.connect({ address: inject('temporalAddress') });
  temporal = new Client({ connection });
  client = createHoldfastClient({ client: temporal, taskQueue: TASK_QUEUE });
  const worker = await startWorker({ taskQueue: TASK_QUEUE, pool, assetHome: home });
  ({ accountId } = await openAccount(pool, SUPERSCALE_GRANTS, { name: 'Client', reference: 'client' }));
  stop = async () => {
    await worker.stop();
    await connection.close();
    await pool.end();
    await database.close();
    await remove();
  };
});
afterAll(async () => {
  expect(await reconcile(pool)).toEqual([]);
  await stop();
});

const start = (idempotencyKey: string, asked: JobRequest = request) =>
  client.start({ accountId, idempotencyKey, request: asked });
const wait = (idempotencyKey: string, timeoutMs = 30_000) =>
  client.wait({ accountId, idempotencyKey }, { timeoutMs });

/** An output of a result: the first item's first one. */
const delivered = (jobId: string, index: number) => ({
  ...{ id: outputIdOf(jobId, index), item: 0, variation: 0, state: 'succeeded', credits: 35, failure: null },
  content_url: `/v1/outputs/${outputIdOf(jobId, index)}/content`,
  content_type: 'image/png',
  sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  bytes: expect.any(Number) as number,
});
const lost = (jobId: string, index: number, code: FailureCode) => ({
  ...{ id: outputIdOf(jobId, index), item: 0, variation: 0, state: 'failed', credits: 35 },
  failure: failureOf(code),
  ...{ content_url: null, content_type: null, sha256: null, bytes: null },
});

describe.concurrent('start', () => {
  it('reserves, and attaches to itself for the same key', async () => {
    const jobId = jobIdOf(accountId, 'one');
    expect(await start('one')).toMatchObject({ outcome: 'reserved', credits: 35, isReplay: false, jobId });
    const again = await start('one');
    expect(again).toMatchObject({ outcome: 'reserved', credits: 35, isReplay: true, jobId });
    if (again.outcome !== 'reserved') throw new Error('not reserved');
    const ended = await wait('one');
    expect(ended).toEqual({ outcome: 'succeeded', credits: 35, outputs: [delivered(jobId, 0)] });
    expect(await again.handle.result()).toEqual(ended);
    expect(await again.handle.cancel()).toBe('not_running');
  });

  it('returns the first result for an ended job', async () => {
    await start('ended');
    await wait('ended');
    expect(await start('ended')).toMatchObject({ outcome: 'reserved', credits: 35, isReplay: true });
  });

  it('by two processes at once under one key is the start of one of them', async () => {
    const elsewhere = createHoldfastClient({ client: temporal, taskQueue: TASK_QUEUE });
    const answers = await Promise.all(
      [client, elsewhere, client, elsewhere].map((from) =>
        from.start({ accountId, idempotencyKey: 'together', request }),
      ),
    );
    expect(answers.map((answer) => answer.outcome === 'reserved' && answer.isReplay).sort()).toEqual([
      false,
      true,
      true,
      true,
    ]);
    await wait('together');
  });

  it('tells another request under the same key, running or ended', async () => {
    await start('key');
    const other: JobRequest = { ...request, brief: { headline: 'Another' } };
    expect(await start('key', other)).toMatchObject({ outcome: 'key_reused' });
    await wait('key');
    expect(await start('key', other)).toMatchObject({ outcome: 'key_reused' });
  });

  it('tells a refusal', async () => {
    expect(await start('max', { ...request, max_credits: 34 })).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'price_changed', reason: 'over_max_credits', required: 35 },
      isReplay: false,
    });
    expect(await start('max', { ...request, max_credits: 34 })).toMatchObject({
      outcome: 'refused',
      isReplay: true,
    });
    expect(await wait('max')).toEqual({ outcome: 'refused' });
  });

  it.each<[string, string, JobRequest, string]>([
    ['a field', 'k', { ...request, brief: { headline: '' } }, '/brief/headline'],
    ['too many outputs', 'k', { ...request, variations: 51 }, '/variations'],
    ['a key', 'ä', request, ''],
  ])('sends nothing that is not valid: %s', async (_name, key, asked, pointer) => {
    expect(await start(key, asked)).toMatchObject({ outcome: 'invalid', errors: [{ pointer }] });
  });

  it('shows support what the job is, and nothing of the brief', async () => {
    await start('shown', { ...request, brief: { headline: 'Top secret' } });
    const description = await temporal.workflow.getHandle(jobIdOf(accountId, 'shown')).describe();
    expect(await description.staticSummary()).toBe(`static ad · 35 credits · ${accountId}`);
    expect(await description.staticDetails()).toContain(accountId);
    expect(JSON.stringify(description.typedSearchAttributes)).not.toContain('secret');
    expect(description.typedSearchAttributes.toJSON()).toEqual(
      expect.arrayContaining([
        { key: { name: 'HoldfastAccount', type: 'KEYWORD' }, value: accountId },
        { key: { name: 'HoldfastCredits', type: 'INT' }, value: 35 },
      ]),
    );
    await wait('shown');
  });
});

describe.concurrent('wait', () => {
  it('names the failure by its code', async () => {
    await start('fails', { ...request, test_scenario: 'fails_after_start' });
    const jobId = jobIdOf(accountId, 'fails');
    const outputs = [lost(jobId, 0, 'provider_failed')];
    expect(await wait('fails')).toEqual({ outcome: 'failed', code: 'provider_failed', outputs });
  });

  it('tells how a job with several outputs came out', async () => {
    const item = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;
    const some: JobRequest = { kind: 'batch', items: [item, { ...item, test_scenario: 'zero_outputs' }] };
    expect(await start('some', some)).toMatchObject({ outcome: 'reserved', credits: 70 });
    expect(await wait('some')).toEqual({
      outcome: 'partially_succeeded',
      credits: 35,
      summary: '1 of 2 delivered, 35 credits returned',
      outputs: [
        delivered(jobIdOf(accountId, 'some'), 0),
        { ...lost(jobIdOf(accountId, 'some'), 1, 'zero_outputs'), item: 1 },
      ],
    });
    await start('all', { ...request, variations: 2 });
    const all = jobIdOf(accountId, 'all');
    const outputs = [delivered(all, 0), { ...delivered(all, 1), variation: 1 }];
    expect(await wait('all')).toEqual({ outcome: 'succeeded', credits: 70, outputs });
    await start('none', { ...request, variations: 2, test_scenario: 'fails_after_start' });
    expect(await wait('none')).toMatchObject({ outcome: 'failed', code: 'provider_failed' });
    expect(await start('too many', { ...request, variations: 29 })).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'insufficient_credits' },
    });
    expect(await wait('too many')).toEqual({ outcome: 'refused' });
  });

  it('does not find a job that was never started', async () => {
    expect(await wait('nothing')).toEqual({ outcome: 'not_found' });
  });

  it.each<[string, () => Promise<net.Server>]>([
    [
      'cannot be reached',
      () => listen(() => undefined).then(async (server) => (await closed(server), server)),
    ],
    ['does not respond', () => listen(() => undefined)],
  ])('does not say that a job runs of which it knows nothing, when Temporal %s', async (_name, serve) => {
    const server = await serve();
    const lost = Connection.lazy({
      address: `127.0.0.1:${String(portOf(server))}`,
      interceptors: [retryUntilClosed],
    });
    const away = createHoldfastClient({ client: new Client({ connection: lost }), taskQueue: TASK_QUEUE });
    const never = { accountId, idempotencyKey: 'never started' };
    const startedAt = performance.now();
    expect(await away.wait(never, { timeoutMs: 400 })).toEqual({ outcome: 'unavailable' });
    // A call without a limit of its own takes ten seconds and more.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    await lost.close();
    server.close();
  });

  it('gives up in time, and sees the cancel', async () => {
    await start('long', { ...request, test_scenario: 'never_finishes' });
    expect(await wait('long', 1_500)).toEqual({ outcome: 'still_running' });
    expect(await client.cancel({ accountId, idempotencyKey: 'long' })).toBe('requested');
    const outputs = [
      { ...lost(jobIdOf(accountId, 'long'), 0, 'canceled'), state: 'canceled', credits: null },
    ];
    expect(await wait('long')).toEqual({ outcome: 'canceled', outputs });
    expect(await client.cancel({ accountId, idempotencyKey: 'long' })).toBe('not_running');
  });
});

function listen(onConnection: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer(onConnection);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      ports.set(server, (server.address() as net.AddressInfo).port);
      resolve(server);
    });
  });
}

/** Of a server that has been closed too. */
const ports = new Map<net.Server, number>();
const portOf = (server: net.Server) => ports.get(server) ?? 0;
const closed = (server: net.Server) => new Promise((resolve) => server.close(resolve));

describe.concurrent('one account', () => {
  it('cannot name another’s job', async () => {
    await start('mine');
    const theirs = { accountId: 'acct_other', idempotencyKey: 'mine' };
    expect(await client.wait(theirs, { timeoutMs: 5_000 })).toEqual({ outcome: 'not_found' });
    expect(await client.cancel(theirs)).toBe('not_running');
    await wait('mine');
  });
});
