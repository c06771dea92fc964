import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturePlans } from '../ledger/database/captured-plans.ts';
import {
  attemptOf,
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';

const ACCOUNT = 'acct_costs';
/** Of every attempt here, unless a test moves it. */
const MONTH = ['2026-05-01', '2026-06-01'] as const;

let jobs: JobsFixture;
beforeAll(async () => {
  jobs = await createJobsFixture();
  await jobs.openAccount(ACCOUNT, 100_000);
});
afterAll(async () => {
  await jobs.expectReconciled();
  await jobs.close();
});

const work = (kind: string) => ({ kind, model: `model/${kind}` });

/** A job of one output of a kind of its own, with an attempt under way that the catalogue expects to cost 0.04. */
async function begin(name: string, providerJobId = `run_${name}`): Promise<string> {
  const item = jobItem(ACCOUNT, name) as { outputs: object[] };
  await jobs.admit([{ ...item, outputs: item.outputs.map((output) => ({ ...output, work: work(name) })) }]);
  const reference = attemptOf(name);
  await jobs.call(
    'begin_attempt',
    ...[ACCOUNT, name, outputOf(name), 'render', 1, reference, 'fal', 'test', true, '0.04'],
  );
  await jobs.owner.query(`UPDATE jobs.attempts SET posted_at = '2026-05-15' WHERE reference = $1`, [
    reference,
  ]);
  await jobs.call('move_attempt', ACCOUNT, reference, ['posting'], 'accepted', providerJobId, null);
  return reference;
}

const collect = (reference: string, billed: string, cost: string | null, isFinal: boolean) =>
  jobs.call('record_asset', ACCOUNT, reference, 'f00d', 'image/png', 9, billed, cost, isFinal);

const costsOf = async (kind: string, [from, to]: readonly [string, string] = MONTH) =>
  (await jobs.call('read_costs', from, to)).find((row) => row['kind'] === kind);
const unknownOf = async (kind: string) =>
  (await jobs.call('list_unknown_bills', ...MONTH, null, 1_000)).filter(
    ({ bill }) => (bill as { kind: string }).kind === kind,
  );
const importBill = async (...lines: readonly (readonly [line: string, id: string, cost: string])[]) => {
  const sent = lines.map(([line, id, cost]) => ({ line, id, cost }));
  const [row] = await jobs.call('import_bill', 'fal', JSON.stringify(sent));
  return row?.['import_bill'];
};

/** What support reads of a job's only attempt. */
const inspected = async (job: string) => {
  const [row] = await jobs.call('inspect_job', ACCOUNT, job);
  const { outputs } = row?.['inspect_job'] as { outputs: { attempts: object[] }[] };
  return outputs[0]?.attempts;
};

test('a running attempt costs nothing yet, and its bill is not in doubt', async () => {
  await begin('running');
  expect(await costsOf('running')).toMatchObject({ outputs: '1', attempts: '1', cost: null });
  expect(await unknownOf('running')).toEqual([]);
});

test('a billed attempt costs the catalogue’s estimate until the service says more', async () => {
  await collect(await begin('provisional'), 'yes', null, false);
  expect(await costsOf('provisional')).toMatchObject({ cost: '0.040000000', provisional: '0.040000000' });
  await collect(await begin('final'), 'yes', '0.0123', true);
  await jobs.settleOutputs([commitOf(ACCOUNT, 'final')]);
  expect(await costsOf('final')).toMatchObject({ cost: '0.012300000', provisional: null, charged: '35' });
});

test('an attempt that was billed though its credits returned is counted apart', async () => {
  const reference = await begin('failed');
  await jobs.call('fail_attempt', ACCOUNT, reference, 'provider_failed', 'yes', '0.5', true);
  await jobs.settleOutputs([releaseOf(ACCOUNT, 'failed')]);
  expect(await costsOf('failed')).toMatchObject({
    ...{ charged: '0', cost: '0.500000000', returned_outputs: '1', returned_cost: '0.500000000' },
  });
  const free = await begin('free');
  await jobs.call('fail_attempt', ACCOUNT, free, 'provider_failed', 'no', '0', true);
  await jobs.settleOutputs([releaseOf(ACCOUNT, 'free')]);
  expect(await costsOf('free')).toMatchObject({ cost: null, returned_outputs: '0', unknown_attempts: '0' });
});

test('a full refund counts as a return too', async () => {
  await collect(await begin('refunded'), 'yes', '0.25', true);
  await jobs.settleOutputs([commitOf(ACCOUNT, 'refunded')]);
  expect(await costsOf('refunded')).toMatchObject({ charged: '35', refunded: '0', returned_outputs: '0' });
  await jobs.owner.query(`UPDATE ledger.reservations SET refunded = committed WHERE job_id = 'refunded'`);
  expect(await costsOf('refunded')).toMatchObject({
    refunded: '35',
    returned_outputs: '1',
    returned_cost: '0.250000000',
  });
  await jobs.owner.query(`UPDATE ledger.reservations SET refunded = 0 WHERE job_id = 'refunded'`);
});

test('a bill that is in doubt is listed until a bill says what it was', async () => {
  const reference = await begin('doubt', '/fal-ai/flux/requests/764c-doubt');
  await jobs.settleOutputs([releaseOf(ACCOUNT, 'doubt')]);
  expect(await costsOf('doubt')).toMatchObject({
    ...{ cost: null, unknown_attempts: '1', unknown_cost: '0.040000000' },
  });
  expect(await unknownOf('doubt')).toMatchObject([
    { reference, bill: { provider: 'fal', job_id: 'doubt', expected_cost: '0.04' } },
  ]);
  expect(await inspected('doubt')).toMatchObject([{ billed: null, cost: '0.04' }]);
  expect(await importBill(['l-doubt', '764c-doubt', '0.003'])).toMatchObject({ imported: 1, unknown: [] });
  expect(await unknownOf('doubt')).toEqual([]);
  expect(await inspected('doubt')).toMatchObject([{ billed: 'yes', cost: '0.003' }]);
  expect(await costsOf('doubt')).toMatchObject({
    ...{ cost: '0.003000000', provisional: null, returned_cost: '0.003000000', unknown_attempts: '0' },
  });
});

test('a bill overrides the estimate; its lines add up, and each counts once however often it is imported', async () => {
  const reference = await begin('billed');
  await collect(reference, 'yes', null, false);
  const lines = [
    ['l1', 'run_billed', '0.000000001'],
    ['l2', reference, '0.2'],
    ['l3', 'of no attempt', '5'],
  ] as const;
  expect(await importBill(...lines)).toEqual({
    imported: 2,
    known: 0,
    unknown: ['of no attempt'],
    changed: [],
  });
  expect(await importBill(...lines)).toEqual({
    imported: 0,
    known: 2,
    unknown: ['of no attempt'],
    changed: [],
  });
  expect(await costsOf('billed')).toMatchObject({ cost: '0.200000001', provisional: null });
});

test('a line that has changed since it was imported: nothing of the bill is imported', async () => {
  await begin('changed');
  await importBill(['c1', 'run_changed', '0.1']);
  expect(await importBill(['c1', 'run_changed', '0.2'], ['c2', 'run_changed', '0.3'])).toEqual({
    ...{ imported: 0, known: 0, unknown: [], changed: ['c1'] },
  });
  await begin('changed_other');
  expect(await importBill(['c1', 'run_changed_other', '0.1'])).toMatchObject({ changed: ['c1'] });
  expect(await costsOf('changed')).toMatchObject({ cost: '0.100000000' });
});

test('of the same bill imported by many at once each line counts once', async () => {
  await begin('raced');
  const results = (await Promise.all(
    Array.from({ length: 8 }, () => importBill(['r1', 'run_raced', '0.1'], ['r2', 'run_raced', '0.1'])),
  )) as { imported: number }[];
  expect(results.reduce((sum, { imported }) => sum + imported, 0)).toBe(2);
  expect(await costsOf('raced')).toMatchObject({ cost: '0.200000000' });
});

test('a bill of zero says that nothing was billed; a run of another service is not this bill’s', async () => {
  await collect(await begin('zero'), 'unknown', null, false);
  await importBill(['z1', 'run_zero', '0']);
  expect(await inspected('zero')).toMatchObject([{ billed: 'no', cost: '0' }]);
  expect(await costsOf('zero')).toMatchObject({ cost: null, unknown_attempts: '0' });
  const other = JSON.stringify([{ line: 'o1', id: 'run_zero', cost: '1' }]);
  expect(await jobs.call('import_bill', 'replicate', other)).toMatchObject([
    { import_bill: { imported: 0, unknown: ['run_zero'] } },
  ]);
});

test('a bill that is not the sum of its lines is found by the reconcile queries', async () => {
  const reference = await begin('unsound');
  await importBill(['u1', 'run_unsound', '0.1'], ['u2', 'run_unsound', '0.2']);
  await jobs.expectReconciled();
  const findings = async () =>
    (await jobs.call('reconcile')).map(({ check_name, subject, detail }) => ({
      check_name,
      subject,
      detail,
    }));
  const change = (bill: string | null) =>
    jobs.owner.query('UPDATE jobs.attempts SET bill = $2 WHERE reference = $1', [reference, bill]);
  for (const bill of [0.31, null]) {
    await change(bill === null ? null : String(bill));
    expect(await findings()).toEqual([
      { check_name: 'bill_adds_up_to_its_lines', subject: reference, detail: { bill, lines: 0.3 } },
    ]);
  }
  await change('0.3');
  await jobs.owner.query(`UPDATE jobs.bill_lines SET reference = 'att_of_none' WHERE line = 'u2'`);
  expect((await findings()).map(({ subject }) => subject).sort()).toEqual(['att_of_none', reference].sort());
  await jobs.owner.query(`UPDATE jobs.bill_lines SET reference = $1 WHERE line = 'u2'`, [reference]);
});

test('an output counts in the month of its first attempt, each attempt in its own', async () => {
  const reference = await begin('straddling');
  await collect(reference, 'yes', '0.1', true);
  await jobs.settleOutputs([commitOf(ACCOUNT, 'straddling')]);
  await jobs.owner.query(
    `INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, is_last_stage, number, provider, model, state, billed, cost,
                                is_cost_final, submitter, posted_at)
     VALUES ($1, 'att_june', 'straddling', $2, 'render', true, 2, 'fal', 'm', 'failed', 'yes', 0.3, true, 'test', '2026-06-01')`,
    [ACCOUNT, outputOf('straddling')],
  );
  expect(await costsOf('straddling')).toMatchObject({ outputs: '1', charged: '35', cost: '0.100000000' });
  expect(await costsOf('straddling', ['2026-06-01', '2026-07-01'])).toMatchObject({
    ...{ outputs: '0', charged: null, attempts: '1', cost: '0.300000000' },
  });
});

test('a report of a month reads the attempts of that month, and no others', async () => {
  await jobs.owner.query(
    `INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, is_last_stage, number, provider, model, state, submitter,
                                posted_at)
     SELECT $1, 'att_old_' || n, 'old', 'out_old_' || n, 'render', true, 1, 'fal', 'm', 'failed', 'test', '2026-01-15'
     FROM generate_series(1, 20000) n`,
    [ACCOUNT],
  );
  const plans = await capturePlans(jobs.ownerUrl);
  for (const sql of ['jobs.read_costs($1, $2)', `jobs.list_unknown_bills($1, $2, NULL, 100)`]) {
    plans.takeScans();
    await plans.client.query(`SELECT * FROM ${sql}`, [...MONTH]);
    const scans = plans.takeScans();
    expect(scans.length).toBeGreaterThan(0);
    expect(scans.filter(({ rows, pages }) => rows > 200 || pages > 200)).toEqual([]);
  }
  await plans.close();
});
