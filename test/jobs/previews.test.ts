import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  attemptOf,
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';
import { digestOfDatabase } from '../harness/database-digest.ts';
import { createCommands } from './support-calls.ts';

/** A preview is decided by what is done: for every command in every state it says what then happens, and leaves nothing behind. */

let jobs: JobsFixture;
let accounts = 0;
const command = createCommands(() => jobs);
beforeAll(async () => {
  jobs = await createJobsFixture();
  // So that what is counted from now on is the same when it happens.
  await jobs.setClock(new Date());
});
afterAll(async () => {
  await jobs.expectReconciled();
  await jobs.close();
});

type Row = Record<string, unknown>;
type Answer = Row & { readonly outcome: string; readonly moves: readonly Row[] };

const JOB = 'j';
const begin = (account: string) =>
  jobs.call('begin_attempt', account, JOB, outputOf(JOB), 'render', 1, attemptOf(JOB), 'local', 'test', true);
const moveTo = async (account: string, state: string) => {
  await jobs.admit([jobItem(account, JOB)]);
  await begin(account);
  const [id, error] = state === 'accepted' ? ['p1', null] : [null, null];
  await jobs.call('move_attempt', account, attemptOf(JOB), ['posting'], state, id, error);
};
const deliver = async (account: string, outputs: number, delivered = outputs) => {
  await jobs.admit([jobItem(account, JOB, {}, outputs)]);
  for (let index = 0; index < delivered; index += 1) {
    await jobs.bringToAsset(account, JOB, index);
    await jobs.settleOutputs([commitOf(account, JOB, {}, index)]);
  }
};

/** Each way a job can stand, brought about in an account of its own. */
const STATES: Readonly<Record<string, (account: string) => Promise<unknown>>> = {
  'not begun': (account) => jobs.admit([jobItem(account, JOB, {}, 2)]),
  posting: async (account) => {
    await jobs.admit([jobItem(account, JOB)]);
    await begin(account);
  },
  accepted: (account) => moveTo(account, 'accepted'),
  'of an unknown outcome': (account) => moveTo(account, 'unknown'),
  rejected: (account) => moveTo(account, 'rejected'),
  'all but charged': (account) => jobs.runToAsset(account, JOB),
  'delivered in part': (account) => deliver(account, 2, 1),
  delivered: (account) => deliver(account, 2),
  'refunded in part': async (account) => {
    await deliver(account, 2);
    await command(account, JOB, 'refund', { call: { credits: 40 } });
  },
  refunded: async (account) => {
    await deliver(account, 1);
    await command(account, JOB, 'refund');
  },
  failed: async (account) => {
    await jobs.admit([jobItem(account, JOB)]);
    await jobs.settleOutputs([releaseOf(account, JOB)]);
  },
  'reserved from a grant that has ended': async (account) => {
    await moveTo(account, 'accepted');
    await jobs.owner.query(
      `WITH grants AS (
         UPDATE ledger.grants SET effective_at = clock_timestamp() - interval '2 hours',
                expires_at = clock_timestamp() - interval '1 hour' WHERE account_id = $1)
       UPDATE ledger.accounts SET next_expiry_at = clock_timestamp() - interval '1 hour' WHERE account_id = $1`,
      [account],
    );
  },
};

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
/** Each command, with each kind of argument. */
const COMMANDS: readonly (readonly [name: string, call: object])[] = [
  ['release', {}],
  ['release', { expired_policy: 'expire' }],
  ['refund', {}],
  ['refund', { credits: 10 }],
  ['refund', { credits: 1_000 }],
  ['refund', { output_id: outputOf(JOB) }],
  ['extend', { until: inHours(2) }],
  ['extend', { until: inHours(-1) }],
  ['extend', { until: inHours(2), is_running: false }],
  ['restart', { from_attempt: 1 }],
  ['restart', { from_attempt: 7 }],
  ['restart', { from_attempt: 1, is_running: false }],
  ['resolve', { said: 'did_not_run' }],
  ['resolve', { said: 'ran' }],
  ['resolve', { said: 'ran', look_up: 'found', provider_job_id: 'p9' }],
  ['resolve', { said: 'ran', look_up: 'not_found' }],
  ['resolve', { said: 'did_not_run', is_running: null }],
];

async function preview(account: string, name: string, call: object): Promise<Answer> {
  const asked = {
    fingerprint: 'print',
    actor: 'key_ops',
    reason: 'because',
    action_id: `act_${account}`,
    is_running: true,
    failure: { code: 'terminated', at_fault: 'us', detail: 'Ended.', retryable: true },
    expired_policy: 'return_grant',
    return_grant_hours: 72,
    goodwill_seconds: 86_400,
    max_ahead_seconds: 7 * 86_400,
    ...call,
  };
  const [row] = await jobs.call('preview_command', account, JOB, name, JSON.stringify(asked));
  return row?.['preview_command'] as Answer;
}

const movesAfter = async (account: string, seq: unknown) =>
  (await jobs.owner.query<{ moves: Row[] }>('SELECT jobs.moves_after($1, $2) AS moves', [account, seq]))
    .rows[0]?.moves;
const lastSeq = async (account: string) =>
  (await jobs.owner.query<Row>('SELECT entry_seq FROM ledger.accounts WHERE account_id = $1', [account]))
    .rows[0]?.['entry_seq'];

/** Of a command: what it says, and how the job and its credits stand afterwards. */
async function happened(account: string, name: string, call: object): Promise<Row> {
  const seq = await lastSeq(account);
  const { answer } = await command(account, JOB, name, { call });
  const { rows } = await jobs.owner.query<Row>('SELECT state FROM jobs.jobs WHERE account_id = $1', [
    account,
  ]);
  return {
    ...(answer as Row),
    moves: await movesAfter(account, seq),
    job_state: rows[0]?.['state'],
  };
}

async function opened(bringAbout: (account: string) => Promise<unknown>): Promise<string> {
  const account = await jobs.openAccount(`acct_${String(++accounts)}`, 200);
  await bringAbout(account);
  // What is due expires with the first call that locks the account: not by the command.
  await jobs.owner.query('SELECT ledger.lock($1)', [account]);
  return account;
}

test.each(Object.entries(STATES))(
  'a job that is %s: what is previewed is what happens, and leaves nothing behind',
  async (_, bringAbout) => {
    const looked = await opened(bringAbout);
    const before = await digestOfDatabase(jobs.owner);
    for (const [name, call] of COMMANDS) await preview(looked, name, call);
    expect(await digestOfDatabase(jobs.owner)).toEqual(before);

    for (const [name, call] of COMMANDS) {
      const account = await opened(bringAbout);
      const {
        live: _live,
        reserved: _reserved,
        about: _about,
        as_of: _asOf,
        ...said
      } = await preview(account, name, call);
      const expected = await happened(account, name, call);
      expect(said, `${name} ${JSON.stringify(call)}`).toEqual(expected);
    }
  },
);

test('every command is possible in one of these states, and refused in another', async () => {
  const seen = new Set<string>();
  for (const bringAbout of Object.values(STATES)) {
    const account = await opened(bringAbout);
    for (const [name, call] of COMMANDS) seen.add(`${name} ${(await preview(account, name, call)).outcome}`);
  }
  for (const name of ['release', 'refund', 'extend', 'restart', 'resolve']) {
    expect([...seen]).toContain(`${name} done`);
    expect([...seen]).toContain(`${name} refused`);
  }
});

test('a job that is not there is not found, and a decision leaves nothing behind either', async () => {
  const account = await jobs.openAccount(`acct_${String(++accounts)}`, 200);
  expect(await preview(account, 'release', {})).toMatchObject({ outcome: 'not_found', what: 'job' });
  await deliver(account, 1);
  const limits = { reports_of_output: 3, reports_per_day: 20 };
  const [report] = await jobs.call(
    'open_review',
    account,
    outputOf(JOB),
    'broken',
    null,
    JSON.stringify(limits),
  );
  const before = await digestOfDatabase(jobs.owner);
  for (const decision of ['refund', 'free_retry', 'deny']) {
    const [row] = await jobs.call(
      'preview_decision',
      account,
      report?.['review_id'],
      decision,
      'job_retry',
      86_400,
    );
    expect(row?.['preview_decision']).toMatchObject({
      outcome: 'decided',
      is_replay: false,
      moves: decision === 'refund' ? [{ credits: 35, from: 'spent', to: 'available' }] : [],
    });
    expect(await digestOfDatabase(jobs.owner), decision).toEqual(before);
  }
});
