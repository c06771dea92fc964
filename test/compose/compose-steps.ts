import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ComposeCustomer, type Job } from './compose-customer.ts';
import type { ComposeEngine } from './compose-engine.ts';

const STATIC_AD_CREDITS = 35;
/** Of the 1,000 that an account begins with: 24 × 35 is 840. */
const LOAD_JOBS = 24;
const LOAD_PAUSE_MS = 400;
const TAKEN_WITHIN_MS = 90_000;
/** When Temporal's server looked for the address of its predecessor, it took 49 to 64 s. */
const SERVES_WITHIN_MS = 10_000;

/** Everything that stays up, in the order in which it is crashed. */
const CRASHED = ['worker', 'model-service', 'api', 'temporal', 'postgres'] as const;

/** The README's first key, account and job; and the ledger's check. */
export async function deliverFirstJob(engine: ComposeEngine): Promise<void> {
  const customer = await ComposeCustomer.open(engine);
  const job = await customer.untilEnded(await customer.submit('first', TAKEN_WITHIN_MS));
  assert.equal(job.state, 'succeeded', JSON.stringify(job));
  assert.deepEqual([job.billing.committed, job.billing.reserved], [STATIC_AD_CREDITS, 0]);
  const uiPort = engine.variables['TEMPORAL_UI_PORT'] ?? '8080';
  assert.ok(job.links.temporal.startsWith(`http://127.0.0.1:${uiPort}/`), job.links.temporal);
  assert.equal((await customer.content(job)).slice(1, 4), 'PNG');
  await expectLedgerRight(engine);
}

/** Every container crashes once while jobs come in: each job ends once, and is charged what it delivered. */
export async function crashEachUnderLoad(engine: ComposeEngine): Promise<void> {
  const customer = await ComposeCustomer.open(engine);
  const before = await customer.balance();
  const load = submitSteadily(customer);
  for (const service of CRASHED) {
    await engine.crash(service);
    for (const one of CRASHED) await engine.untilHealthy(one);
  }
  const jobs = await Promise.all((await load).map((job) => customer.untilEnded(job)));
  const delivered = jobs.filter(({ state }) => state === 'succeeded').length;
  const charged = jobs.reduce((sum, { billing }) => sum + billing.committed, 0);
  assert.equal(charged, delivered * STATIC_AD_CREDITS);
  // A crash may cost a job its start deadline, and returns its credits then; most are not even touched.
  const failures = jobs.flatMap(({ failure }) => failure?.code ?? []);
  assert.ok(delivered >= LOAD_JOBS / 2, `${String(delivered)} delivered; the others: ${failures.join(', ')}`);
  const after = await customer.balance();
  assert.deepEqual([after.available, after.reserved], [before.available - charged, 0]);
  await expectLedgerRight(engine);
}

/** `down` and `up`, with other passwords in `.env`: it serves at once, and nothing is forgotten. */
export async function comeBackAfterDown(engine: ComposeEngine): Promise<void> {
  const customer = await ComposeCustomer.open(engine);
  await customer.untilEnded(await customer.submit('before', TAKEN_WITHIN_MS));
  const before = await customer.balance();
  await engine.down();
  for (const name of Object.keys(engine.variables)) {
    if (name.endsWith('_PASSWORD')) engine.variables[name] = `${engine.variables[name] ?? ''}changed`;
  }
  await engine.up();
  assert.deepEqual(await customer.balance(), before);
  await customer.untilEnded(await customer.submit('after', SERVES_WITHIN_MS));
  await expectLedgerRight(engine);
}

/** Jobs at once, for more workers than one. */
export async function deliverMany(engine: ComposeEngine): Promise<void> {
  const customer = await ComposeCustomer.open(engine);
  const keys = Array.from({ length: LOAD_JOBS }, (_, index) => `many-${String(index)}`);
  const jobs = await Promise.all(
    keys.map(async (key) => customer.untilEnded(await customer.submit(key, TAKEN_WITHIN_MS))),
  );
  assert.deepEqual(new Set(jobs.map(({ state }) => state)), new Set(['succeeded']));
  await expectLedgerRight(engine);
}

async function submitSteadily(customer: ComposeCustomer): Promise<readonly Job[]> {
  const jobs: Promise<Job>[] = [];
  for (let index = 0; index < LOAD_JOBS; index += 1) {
    jobs.push(customer.submit(`load-${String(index)}`, TAKEN_WITHIN_MS));
    await sleep(LOAD_PAUSE_MS);
  }
  return Promise.all(jobs);
}

async function expectLedgerRight(engine: ComposeEngine): Promise<void> {
  const { code, stdout, stderr } = await engine.run('cli', ['reconcile', '--json']);
  assert.equal(code, 0, `reconcile: ${stderr}${stdout}`);
}
