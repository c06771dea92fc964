import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { workflowSources } from '../../../runtime/temporal/workflow-sources.ts';
import { startScriptedService, type ScriptedService } from '../../harness/scripted-service.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from '../workflow-fixture.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const PICTURE = readFileSync(path.join(CHECKOUT, 'model-service/prepared/picture.png'));
const REQUEST = { kind: 'static_ad', brief: { headline: 'under way while the code changes' } } as const;

/** The change: a look at the job between its admission and its run. The example of docs/changing-workflows.md. */
const BEFORE = '  const ending = await runOutput(begun.plan, cancellable);';
const LOOK = 'await localActivities.readJobResult(begun.plan.accountId, begun.plan.jobId);';
const PATCHED = `  if (patched('look-before-run')) ${LOOK}\n${BEFORE}`;
const UNPATCHED = `  ${LOOK}\n${BEFORE}`;
const IMPORTS = `import { patched } from '@temporalio/workflow';\nimport { localActivities } from './activity-proxies.ts';\n`;

let fixture: WorkflowFixture;
let service: ScriptedService;
let isFinished: boolean;
let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let [patchedBuild, unpatchedBuild] = ['', ''];
const workers: RunningWorker[] = [];
beforeAll(async () => {
  home = await makeTemporaryHome('changed-workflow');
  fixture = await createWorkflowFixture();
  patchedBuild = await buildWith('patched', PATCHED);
  unpatchedBuild = await buildWith('unpatched', UNPATCHED);
});
beforeEach(async () => {
  isFinished = false;
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: call.about });
    if (call.name === 'poll')
      call.answer(200, { id: call.about, ...(isFinished ? finished() : { status: 'processing' }) });
    if (call.name === 'file') call.answer(200, PICTURE);
  });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await service.close();
});
afterAll(async () => {
  await fixture.close();
  await home.remove();
});

const finished = () => ({
  status: 'succeeded',
  output: [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }],
});

/** Workflow code with the change in it, as another build's worker would have it. */
async function buildWith(name: string, changed: string): Promise<string> {
  const folder = path.join(home.home, name);
  for (const part of ['workflows', 'contract', 'domain', 'package.json']) {
    await cp(path.join(CHECKOUT, part), path.join(folder, part), { recursive: true });
  }
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(folder, 'node_modules'));
  const file = path.join(folder, 'workflows', 'generation.ts');
  const source = await readFile(file, 'utf8');
  expect(source.split(BEFORE)).toHaveLength(2);
  await writeFile(file, IMPORTS + source.replace(BEFORE, changed));
  const { code } = await bundleWorkflowCode({
    ...workflowSources(folder),
    logger: new DefaultLogger('ERROR'),
  });
  const bundlePath = path.join(folder, 'bundle.js');
  await writeFile(bundlePath, code);
  return bundlePath;
}

async function startWorker(build?: Parameters<WorkflowFixture['startWorker']>[1]): Promise<RunningWorker> {
  const worker = await fixture.startWorker(service.url, build);
  workers.push(worker);
  return worker;
}

/** A job that runs at its provider, whose worker goes away with the old build. */
async function leaveUnderWay(key: string) {
  const old = await startWorker();
  const job = old.jobOf(key);
  expect(await old.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
  await service.untilCalled('poll');
  await workers.splice(workers.indexOf(old), 1)[0]?.stop();
  return { job, taskQueue: old.taskQueue };
}

async function historyOf(workflowId: string) {
  return (await fixture.temporal.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
}

async function hasPatchMarker(workflowId: string): Promise<boolean> {
  const events = await historyOf(workflowId);
  return events.some((event) => event.markerRecordedEventAttributes?.markerName === 'core_patch');
}

test('a job under way during a patched change goes on as it began, and the next job takes the new path', async () => {
  const before = await fixture.balance();
  const { job, taskQueue } = await leaveUnderWay('patched');
  const next = await startWorker({ taskQueue, bundlePath: patchedBuild });
  isFinished = true;
  expect(await next.client.wait(job, { timeoutMs: 60_000 })).toMatchObject({
    outcome: 'succeeded',
    credits: 35,
  });
  expect(await hasPatchMarker(job.jobId)).toBe(false);
  expect(service.calls('submit')).toHaveLength(1);

  const later = next.jobOf('patched, later');
  await next.client.start({ ...later, request: REQUEST });
  expect(await next.client.wait(later)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(await hasPatchMarker(later.jobId)).toBe(true);
  expect(await fixture.balance()).toEqual({
    available: before.available - 70,
    reserved: 0,
    spent: before.spent + 70,
  });
});

test('a change without a patch stops the job, and the old build finishes it once it is back', async () => {
  const before = await fixture.balance();
  const { job, taskQueue } = await leaveUnderWay('unpatched');
  const wrong = await startWorker({ taskQueue, bundlePath: unpatchedBuild });
  isFinished = true;
  const hasFailedTask = async () =>
    (await historyOf(job.jobId)).some(
      (event) =>
        event.workflowTaskFailedEventAttributes?.failure?.message?.includes('Nondeterminism') === true,
    );
  while (!(await hasFailedTask())) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await fixture.balance()).toMatchObject({ reserved: before.reserved + 35 });
  await workers.splice(workers.indexOf(wrong), 1)[0]?.stop();

  const old = await startWorker({ taskQueue });
  expect(await old.client.wait(job, { timeoutMs: 60_000 })).toMatchObject({
    outcome: 'succeeded',
    credits: 35,
  });
  expect(service.calls('submit')).toHaveLength(1);
  expect(await fixture.balance()).toEqual({
    available: before.available - 35,
    reserved: before.reserved,
    spent: before.spent + 35,
  });
});
