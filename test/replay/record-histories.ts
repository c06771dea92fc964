import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { PIXEL, startAssetServer } from '../activities/asset-server.ts';
import { startRunningStack, type Json, type RunningStack } from '../integration/running-stack.ts';

/**
 * Records the histories that replay.test.ts replays: `node --import tsx test/replay/record-histories.ts [name …]`. Those of jobs
 * that began before a change stay as they are (docs/changing-workflows.md): name the new ones.
 */
type Scene = {
  readonly body?: object;
  /** Acts on the job once it runs. Returns the workflow to record, when it is not the job's. */
  readonly then?: (at: {
    running: RunningStack;
    client: Client;
    account: string;
    job: Json;
  }) => Promise<string | undefined>;
};

const cancel: NonNullable<Scene['then']> = async ({ running, account, job }) => {
  const headers = { 'idempotency-key': `cancel ${job.id as string}` };
  await running.call('POST', `/v1/jobs/${job.id as string}/cancel`, { account, headers });
  return undefined;
};
/** The steps of support, each once the job's last attempt is so far: over HTTP, or by an update as in Temporal UI. */
type Step = {
  readonly when: string;
  readonly command: string;
  readonly asked: object;
  readonly isUpdate?: true;
};
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const BY = { actor: 'recorder', reason: 'to record a history' };
const support =
  (...steps: readonly Step[]): NonNullable<Scene['then']> =>
  async ({ running, client, account, job }) => {
    const jobId = job.id as string;
    for (const { when, command, asked, isUpdate } of steps) {
      await untilLastAttempt(running, jobId, when);
      if (isUpdate) {
        await client.workflow.getHandle(jobId).executeUpdate(command, { args: [{ ...BY, ...asked }] });
        continue;
      }
      await running.call('POST', `/v1/jobs/${jobId}/${command}`, {
        account,
        body: { reason: BY.reason, ...asked },
        headers: { 'idempotency-key': `${jobId} ${command}` },
      });
    }
    return undefined;
  };
/** Another job that is made of what this one has delivered. */
const thenEdit: NonNullable<Scene['then']> = async ({ running, account, job }) => {
  const { outputs } = await running.untilEnded(account, job.id as string);
  const edit = { kind: 'edit', source_output_id: outputs[0].id as string, instruction: 'Make it brighter' };
  return (await running.submit(account, edit)).body.id as string;
};
const thenFreeRetry: NonNullable<Scene['then']> = async ({ running, account, job }) => {
  const { outputs } = await running.untilEnded(account, job.id as string);
  const reported = `/v1/outputs/${outputs[0].id as string}/reports`;
  const { body: review } = await running.call('POST', reported, { account, body: { category: 'broken' } });
  const { body: decided } = await running.call('POST', `/v1/reviews/${review.id as string}/decision`, {
    body: { decision: 'free_retry', reason: BY.reason },
    headers: { 'idempotency-key': `retry ${job.id as string}` },
  });
  return decided.retry_job_id as string;
};
const VIDEO = { kind: 'video_ad', duration_seconds: 15, quality: 'draft' };
const batchOf = (...scenarios: readonly string[]) => ({
  kind: 'batch',
  items: scenarios.map((test_scenario) => ({
    kind: 'static_ad',
    brief: { headline: 'one of' },
    test_scenario,
  })),
});

const assets = await startAssetServer();
assets.on('/logo.png', (response) => response.end(PIXEL));

const SCENES: Readonly<Record<string, Scene>> = {
  succeeded: {},
  failed: { body: { test_scenario: 'fails_after_start' } },
  rejected: { body: { test_scenario: 'fails_before_start' } },
  'moderated-input': { body: { test_scenario: 'moderated_input' } },
  'moderated-output': { body: { test_scenario: 'moderated_output' } },
  'zero-outputs': { body: { test_scenario: 'zero_outputs' } },
  'bad-content': { body: { test_scenario: 'bad_content' } },
  'rate-limited': { body: { test_scenario: 'rate_limited_once' } },
  'expired-link': { body: { test_scenario: 'expired_link_once' } },
  terminated: {
    body: { test_scenario: 'never_finishes' },
    then: async ({ running, client, job }) => {
      await untilLastAttempt(running, job.id as string, 'accepted');
      await client.workflow.getHandle(job.id as string).terminate(BY.reason);
      return undefined;
    },
  },
  reset: {
    body: { test_scenario: 'slow' },
    then: async ({ running, client, job }) => {
      await untilLastAttempt(running, job.id as string, 'accepted');
      await client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: job.id as string },
        // The wire takes a number here; the generated type wants the Long of a package we do not depend on.
        workflowTaskFinishEventId: 4 as never,
        requestId: job.id as string,
        reason: BY.reason,
      });
      return undefined;
    },
  },
  resubmitted: { body: { test_scenario: 'unavailable_once' } },
  'looked-up': { body: { test_scenario: 'unknown_outcome' } },
  'never-started': { body: { test_scenario: 'never_starts', deadline_seconds: 4 } },
  'stuck-then-deadline': { body: { test_scenario: 'never_finishes', deadline_seconds: 4 } },
  'outcome-unknown': { body: { test_scenario: 'unknown_outcome_lost', deadline_seconds: 4 } },
  canceled: { body: { test_scenario: 'never_finishes' }, then: cancel },
  refused: { body: { max_credits: 1 } },
  released: {
    body: { test_scenario: 'never_finishes' },
    then: support({ when: 'accepted', command: 'release', asked: {} }),
  },
  extended: {
    body: { test_scenario: 'slow', deadline_seconds: 4 },
    then: support({ when: 'accepted', command: 'extend', asked: { until: inMinutes(30) } }),
  },
  restarted: {
    body: { test_scenario: 'slow' },
    then: support({ when: 'accepted', command: 'restart', asked: { from_attempt: 1 } }),
  },
  'resolved-as-not-run': {
    body: { test_scenario: 'unknown_outcome_lost' },
    then: support(
      { when: 'unknown', command: 'resolve', asked: { outcome: 'did_not_run', attempt: 1 } },
      { when: 'unknown', command: 'release', asked: {} },
    ),
  },
  'restarted-and-released-from-the-ui': {
    body: { test_scenario: 'never_finishes' },
    then: support(
      { when: 'accepted', command: 'restart', asked: { from_attempt: 1 }, isUpdate: true },
      { when: 'accepted', command: 'extend', asked: { until: inMinutes(60) }, isUpdate: true },
      { when: 'accepted', command: 'release', asked: {}, isUpdate: true },
    ),
  },
  video: { body: VIDEO },
  'video-resubmitted': { body: { ...VIDEO, test_scenario: 'unavailable_once' } },
  'video-looked-up': { body: { ...VIDEO, test_scenario: 'unknown_outcome' } },
  'video-failed': { body: { ...VIDEO, test_scenario: 'fails_after_start' } },
  'video-canceled': { body: { ...VIDEO, test_scenario: 'never_finishes' }, then: cancel },
  'batch-partly': { body: batchOf('ok', 'fails_after_start', 'ok', 'moderated_input') },
  'batch-canceled': { body: batchOf(...Array<string>(20).fill('never_finishes')), then: cancel },
  'batch-refused': { body: { variations: 50 } },
  'batch-late': { body: { ...batchOf(...Array<string>(18).fill('never_finishes')), deadline_seconds: 4 } },
  edit: { then: thenEdit },
  'free-retry': { then: thenFreeRetry },
  'with-references': { body: briefWith(`${assets.url}/logo.png`) },
  'asset-refused': { body: briefWith('http://10.0.0.1/logo.png') },
  'output-of-batch': {
    body: batchOf('ok', 'ok'),
    then: ({ job }) => Promise.resolve(job.outputs[0].id as string),
  },
};

const wanted = process.argv.slice(2);
const running = await startRunningStack();
const client = running.temporal;
for (const [name, scene] of Object.entries(SCENES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const account = await running.openAccount();
  const request = { kind: 'static_ad', brief: { headline: name }, ...scene.body };
  const { body: job } = await running.submit(
    account,
    'items' in request ? { ...request, brief: undefined } : request,
  );
  const jobId = (job.id as string | undefined) ?? (await newestWorkflowId());
  const workflowId = (await scene.then?.({ running, client, account, job })) ?? jobId;
  await client.workflow
    .getHandle(jobId)
    .result()
    .catch(() => undefined);
  const handle = client.workflow.getHandle(workflowId);
  await handle.result().catch(() => undefined);
  const file = path.join(import.meta.dirname, 'histories', `${name}.json`);
  // Stack traces name files of this machine; replaying does not read them.
  const json = historyToJSON(await handle.fetchHistory());
  await writeFile(file, json.replace(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""'));
  process.stdout.write(`${file}\n`);
}
await running.close();
await assets.close();

function briefWith(...urls: readonly string[]): object {
  return { brief: { headline: 'refers', reference_asset_urls: urls } };
}

/** A refusal has no job: its workflow is the one started last. */
async function newestWorkflowId(): Promise<string> {
  const [row] = await running.rows<{ job_id: string }>(
    'SELECT job_id FROM jobs.admissions ORDER BY created_at DESC LIMIT 1',
  );
  return row?.job_id ?? '';
}

async function untilLastAttempt(at: RunningStack, jobId: string, state: string): Promise<void> {
  for (;;) {
    const [last] = await at.rows<{ state: string }>(
      'SELECT state FROM jobs.attempts WHERE job_id = $1 ORDER BY number DESC LIMIT 1',
      [jobId],
    );
    if (last?.state === state) return;
  }
}
