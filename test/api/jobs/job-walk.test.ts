import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createJobActivities } from '../../../activities/job-activities.ts';
import { createProviderRegistry } from '../../../activities/providers/provider-registry.ts';
import { bundleWorkflows } from '../../../dev/stack/workflow-bundle.ts';
import { SUPERSCALE_RULES } from '../../harness/superscale.ts';
import { createApiFixture, STATIC_AD } from '../api-fixture.ts';
import { callsOf, createCallRecorder, filesOf, workflowFilesOf } from './job-walk/executed-files.ts';
import { countSqlCalls, sqlFilesOf } from './job-walk/executed-sql.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../../../docs/ARCHITECTURE.md'), 'utf8');
const SECTION = PAGE.split('## The walk of a job’s body\n')[1]?.split('\n## ')[0] ?? '';
const TASK_QUEUE = 'job-walk';
/** A worker that runs workflows in this thread, and a connection of PostgreSQL that ends twice. */
const WALK_TIMEOUT_MS = 60_000;

/** The files that the page draws, in its order. */
const DRAWN = [...SECTION.matchAll(/^\| \d+ \| `([^`]+)` \|/gm)].map(([, file = '']) => file);
/** The files that run beside them, as the page lists them; a folder ends with a slash. */
const BESIDE = [...SECTION.matchAll(/^- `([^`]+)`/gm)].map(([, file = '']) => file);
const isBeside = (file: string) =>
  BESIDE.some((one) => (one.endsWith('/') ? file.startsWith(one) : file === one));

type Walk = {
  readonly files: readonly string[];
  /** In the API and in the worker, which share a process here. */
  readonly timesParsed: number;
  readonly timesPriced: number;
};

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** Submits a quoted job, once, and records what is called of the checkout until its credits are reserved. */
async function walk(): Promise<Walk> {
  const startedAt = Date.now();
  // The API's clock stands still: on a busy machine a cached key would be read again in the middle of the walk.
  const api = await createApiFixture({ taskQueue: TASK_QUEUE, now: () => startedAt });
  const recorder = await createCallRecorder();
  const codePath = await bundleWorkflows();
  const activities = createJobActivities({
    database: api.worker,
    providers: createProviderRegistry([]),
    assets: api.assets,
    heartbeatTimeoutSeconds: 5,
    rules: SUPERSCALE_RULES,
  });
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  let loading: Awaited<ReturnType<typeof recorder.take>> = new Map();
  let walked: Walk | undefined;
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath },
    // In this thread, where their calls are counted.
    debugMode: true,
    activities: {
      ...activities,
      async admit(start: Parameters<typeof activities.admit>[0]) {
        const answer = await activities.admit(start);
        const calls = await recorder.take();
        walked ??= {
          files: [
            ...filesOf(calls),
            ...(await workflowFilesOf(codePath, calls, loading)),
            ...(await sqlFilesOf(api.owner)),
          ],
          timesParsed: callsOf(calls, 'contract/job-request/parse-job-request.ts', 'parseJobRequest'),
          timesPriced: callsOf(calls, 'domain/prices/quote.ts', 'priceRequest'),
        };
        return answer;
      },
    },
  });
  const running = worker.run();
  const account = await api.openAccount();
  const idle = await api.client.workflow.start('canary', {
    taskQueue: TASK_QUEUE,
    workflowId: 'job-walk-idle',
  });
  while ((await idle.describe()).historyLength < 4) await new Promise((resolve) => setTimeout(resolve, 50));
  const quote = await api.call('/v1/quotes', { key: account.key, body: STATIC_AD });
  await countSqlCalls(api.owner);
  loading = await recorder.take();
  const submitted = await api.call('/v1/jobs', {
    key: account.key,
    body: { ...STATIC_AD, quote_id: quote.json()['id'] },
    headers: { 'Idempotency-Key': 'walk' },
  });
  expect(submitted.status, submitted.text).toBe(202);
  recorder.close();
  await idle.terminate();
  worker.shutdown();
  await running;
  await connection.close();
  await api.close();
  if (walked === undefined) throw new Error('the job was not admitted');
  return walked;
}

describe('a job’s body, from POST to the reserve', () => {
  let walked: Walk;
  beforeAll(async () => {
    walked = await walk();
  }, WALK_TIMEOUT_MS);
  it('passes the files that docs/ARCHITECTURE.md draws, and no other', () => {
    const passed = [...new Set(walked.files)].filter((file) => !isBeside(file));
    expect(passed.toSorted()).toEqual(DRAWN.toSorted());
  });

  it('runs each file that the page lists beside it', () => {
    const unused = BESIDE.filter(
      (one) => !walked.files.some((file) => (one.endsWith('/') ? file.startsWith(one) : file === one)),
    );
    expect(unused).toEqual([]);
  });

  it('passes 35 files at most', () => {
    expect(DRAWN.length).toBeGreaterThan(0);
    expect(DRAWN.length).toBeLessThanOrEqual(35);
  });

  it('is parsed once in the API and once in the worker, and a quoted price is not computed again', () => {
    expect([walked.timesParsed, walked.timesPriced]).toEqual([2, 0]);
  });
});
