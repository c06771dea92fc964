import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { PIXEL, startAssetServer } from '../activities/asset-server.ts';
import { startRunningStack } from '../integration/running-stack.ts';

const assets = await startAssetServer();
assets.on('/logo.png', (response) => response.end(PIXEL));
/**
 * Records the histories that replay.test.ts replays: `node --import tsx test/replay/record-histories.ts`, all of them or those
 * that are named. Run it only when
 * a change to workflow code is meant to break with running jobs (it should not be: use a patch), or to add an ending.
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
  'with-references': briefWith(`${assets.url}/logo.png`),
  'asset-refused': briefWith('http://10.0.0.1/logo.png'),
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
  await handle.result().catch(() => undefined);
  const file = path.join(import.meta.dirname, 'histories', `${name}.json`);
  // Stack traces name files of this machine; replaying does not read them.
  const json = historyToJSON(await handle.fetchHistory());
  await writeFile(file, json.replace(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""'));
  process.stdout.write(`${file}\n`);
}
await connection.close();
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
