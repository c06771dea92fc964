import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startRunningStack } from '../integration/running-stack.ts';

/**
 * Records the histories that replay.test.ts replays: `node --import tsx test/replay/record-histories.ts`. Run it only when
 * a change to workflow code is meant to break with running jobs (it should not be: use a patch), or to add an ending:
 * then with the names of the new ones.
 */
const ENDINGS: Readonly<Record<string, object>> = {
  succeeded: {},
  failed: { test_scenario: 'fails_after_start' },
  resubmitted: { test_scenario: 'unavailable_once' },
  'looked-up': { test_scenario: 'unknown_outcome' },
  'never-started': { test_scenario: 'never_starts', deadline_seconds: 4 },
  'stuck-then-deadline': { test_scenario: 'never_finishes', deadline_seconds: 4 },
  canceled: { test_scenario: 'never_finishes' },
  refused: { max_credits: 1 },
  released: { test_scenario: 'never_finishes' },
  extended: { test_scenario: 'slow', deadline_seconds: 4 },
  restarted: { test_scenario: 'slow' },
  'resolved-as-not-run': { test_scenario: 'unknown_outcome_lost' },
  'restarted-and-released-from-the-ui': { test_scenario: 'never_finishes' },
};

/** What support does to some of them, once their attempt is so far. */
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const BY = { actor: 'recorder', reason: 'to record a history' };
type Step = {
  readonly when: string;
  readonly command: string;
  readonly asked: object;
  readonly isUpdate?: true;
};
const SUPPORT: Readonly<Record<string, readonly Step[]>> = {
  released: [{ when: 'accepted', command: 'release', asked: {} }],
  extended: [{ when: 'accepted', command: 'extend', asked: { until: inMinutes(30) } }],
  restarted: [{ when: 'accepted', command: 'restart', asked: { from_attempt: 1 } }],
  'resolved-as-not-run': [
    { when: 'unknown', command: 'resolve', asked: { outcome: 'did_not_run', attempt: 1 } },
    { when: 'unknown', command: 'release', asked: {} },
  ],
  'restarted-and-released-from-the-ui': [
    { when: 'accepted', command: 'restart', asked: { from_attempt: 1 }, isUpdate: true },
    { when: 'accepted', command: 'extend', asked: { until: inMinutes(60) }, isUpdate: true },
    { when: 'accepted', command: 'release', asked: {}, isUpdate: true },
  ],
};
const named = process.argv.slice(2);

const running = await startRunningStack();
const connection = await Connection.connect({ address: running.stack.info().temporal_address });
const client = new Client({ connection });
const account = await running.openAccount();
for (const [name, extra] of Object.entries(ENDINGS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const { body } = await running.submit(account, { kind: 'static_ad', brief: { headline: name }, ...extra });
  const jobId = body.id ?? body.job_id ?? (await newestWorkflowId());
  if (name === 'canceled') {
    await running.call('POST', `/v1/jobs/${jobId as string}/cancel`, {
      account,
      headers: { 'idempotency-key': name },
    });
  }
  const handle = client.workflow.getHandle(jobId as string);
  for (const step of SUPPORT[name] ?? []) {
    await untilLastAttempt(jobId as string, step.when);
    if (step.isUpdate) await handle.executeUpdate(step.command, { args: [{ ...BY, ...step.asked }] });
    else {
      await running.call('POST', `/v1/jobs/${jobId as string}/${step.command}`, {
        account,
        body: { reason: BY.reason, ...step.asked },
        headers: { 'idempotency-key': `${name} ${step.command}` },
      });
    }
  }
  await handle.result().catch(() => undefined);
  const file = path.join(import.meta.dirname, 'histories', `${name}.json`);
  // Stack traces name files of this machine; replaying does not read them.
  const json = historyToJSON(await handle.fetchHistory());
  await writeFile(file, json.replace(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""'));
  process.stdout.write(`${file}\n`);
}
await connection.close();
await running.close();

/** A refusal has no job: its workflow is the one started last. */
async function newestWorkflowId(): Promise<string> {
  const [row] = await running.rows<{ job_id: string }>(
    'SELECT job_id FROM jobs.admissions ORDER BY created_at DESC LIMIT 1',
  );
  return row?.job_id ?? '';
}

async function untilLastAttempt(jobId: string, state: string): Promise<void> {
  for (;;) {
    const [last] = await running.rows<{ state: string }>(
      'SELECT state FROM jobs.attempts WHERE job_id = $1 ORDER BY number DESC LIMIT 1',
      [jobId],
    );
    if (last?.state === state) return;
  }
}
