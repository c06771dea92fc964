import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { readBrowserConfig } from '../../dev/dev-config.ts';
import { findBrowser } from '../browser/find-browser.ts';
import { startRunningStack } from '../integration/running-stack.ts';

/**
 * Takes the pictures of docs/support.md from the Temporal UI of a stack of its own: `node --import tsx
 * test/support-pictures/take-pictures.ts`. Run it when what support sees has changed, and look at what it made.
 */
const FOLDER = path.join(import.meta.dirname, '..', '..', 'docs', 'images', 'support');
const SIZE = { width: 1_280, height: 900 };
const JPEG_QUALITY = 72;
/** The UI asks the server again and again: what it shows settles within this. */
const SETTLE_MS = 4_000;

const program = findBrowser(readBrowserConfig());
if (program === null) throw new Error('no Chromium: install one, or name it in HOLDFAST_CHROMIUM');
await mkdir(FOLDER, { recursive: true });
const running = await startRunningStack();
const { temporal_ui_url: ui } = running.stack.info();
const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: SIZE });
const account = await running.openAccount();

const ad = (scenario: string) => ({
  kind: 'static_ad',
  brief: { headline: 'Fresh bread, every morning' },
  test_scenario: scenario,
});
const submit = async (body: object) => (await running.submit(account, body)).body;

const stuck = await submit({ ...ad('never_finishes'), deadline_seconds: 600 });
const unknown = await submit({ ...ad('unknown_outcome_lost'), deadline_seconds: 600 });
const terminated = await submit(ad('never_finishes'));
const batch = await submit({
  kind: 'batch',
  items: [...Array<object>(4).fill(ad('ok')), ad('zero_outputs')],
});
const delivered = await submit(ad('ok'));
await running.temporal.workflow.getHandle(terminated.id as string).terminate('looked stuck');
for (const job of [terminated, batch, delivered]) await running.untilEnded(account, job.id as string);
for (;;) {
  const { body } = await running.call('GET', `/v1/jobs/${stuck.id as string}`, { account });
  if (body.state === 'stuck') break;
  await new Promise((resolve) => setTimeout(resolve, 500));
}

await picture('1-stuck', await tabUrl(stuck.id as string, 'user-metadata'));
await picture('2-unknown', await tabUrl(unknown.id as string, 'user-metadata'));
await picture(
  '3-terminated',
  listUrl("ExecutionStatus = 'Terminated' AND WorkflowType IN ('generation', 'batch')"),
);
await picture('4-batch', listUrl(`ParentWorkflowId = '${batch.id as string}'`));
await picture('5-delivered', await tabUrl(delivered.id as string, 'history'));

for (const job of [stuck, unknown]) {
  const headers = { 'idempotency-key': randomUUID() };
  await running.call('POST', `/v1/jobs/${job.id as string}/cancel`, { account, headers });
}
await browser.close();
await running.close();

async function tabUrl(workflowId: string, tab: 'user-metadata' | 'history'): Promise<string> {
  const { runId } = await running.temporal.workflow.getHandle(workflowId).describe();
  return `${ui ?? ''}/namespaces/default/workflows/${workflowId}/${runId}/${tab}`;
}

function listUrl(query: string): string {
  return `${ui ?? ''}/namespaces/default/workflows?query=${encodeURIComponent(query)}`;
}

async function picture(name: string, url: string): Promise<void> {
  await show(page, url);
  const file = path.join(FOLDER, `${name}.jpg`);
  await page.screenshot({ path: file, type: 'jpeg', quality: JPEG_QUALITY });
  process.stdout.write(`${file}\n`);
}

async function show(on: Page, url: string): Promise<void> {
  await on.goto(url);
  await on.waitForTimeout(SETTLE_MS);
}
