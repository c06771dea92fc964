import { expect, test } from 'vitest';
import { withFreshAccounts } from './fresh-accounts.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  reserveItem,
  type LedgerFixture,
} from './ledger-fixture.ts';
import { setLimits } from './limits/limit-calls.ts';
import { callPlan, renewDue } from './plans/plan-calls.ts';
import { refundItem } from './refunds/refund-calls.ts';

const NOW = new Date('2026-03-01T00:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW, credits: 1_000 }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

async function actionsOf(of: string): Promise<Record<string, unknown>[]> {
  const { rows } = await ledger.owner.query<Record<string, unknown>>(
    'SELECT actor, action, reason, detail, created_at FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action_id',
    [of],
  );
  return rows;
}

const by = { actor: 'key_ops' };

/** Each write of an operator, as it is made twice; what is recorded of it. */
const WRITES: readonly (readonly [string, () => Promise<unknown>, object])[] = [
  [
    'grant',
    () => ledger.grant([grantItem(account, 'gift', 50, { ...by, source: 'goodwill', reason: 'sorry' })]),
    {
      action: 'grant',
      reason: 'sorry',
      detail: { grant_id: 'gift', source: 'goodwill', credits: 50, reference: null },
    },
  ],
  [
    'refund',
    () => ledger.refund([refundItem(account, 'charged', 'f', 7, { ...by, reason: 'broken' })]),
    { action: 'refund', reason: 'broken', detail: { refund_id: 'f', reservation_id: 'charged', credits: 7 } },
  ],
  [
    'void',
    () => ledger.void([{ account_id: account, grant_id: 'grant_first', reason: 'charge-back', ...by }]),
    {
      action: 'void_grant',
      reason: 'charge-back',
      detail: { grant_id: 'grant_first', voided: 990, not_recovered: 10 },
    },
  ],
  [
    'plan',
    () =>
      ledger.worker.query(
        `SELECT ledger.set_plan($1, 'ref', 'pro', $2, NULL, '{"plans": {"pro": 16000}}', 'key_ops', 'paid')`,
        [account, NOW],
      ),
    {
      action: 'set_plan',
      reason: 'paid',
      detail: { plan: 'pro', period_start: '2026-03-01T00:00:00+00:00', renewal: null, reference: 'ref' },
    },
  ],
];

test.each(WRITES)('a %s is recorded once, with who made it, why and when', async (_what, write, expected) => {
  await ledger.reserve([reserveItem(account, 'charged', 10)]);
  await ledger.settle([commitItem(account, 'charged', 10)]);
  await write();
  await ledger.setClock(new Date('2026-03-02T00:00:00Z'));
  await write();
  expect(await actionsOf(account)).toEqual([{ ...by, created_at: NOW, ...expected }]);
});

test('an opening, a referral and limits are recorded, with who made them', async () => {
  await ledger.worker.query(`SELECT ledger.open_account($1, $1, 'Acme', 0, 'key_ops')`, [
    `${account}_opened`,
  ]);
  await ledger.worker.query(`SELECT ledger.open_account($1, $1, 'Acme', 0, 'key_ops')`, [
    `${account}_opened`,
  ]);
  await ledger.worker.query(`SELECT ledger.refer($1, $2, 3000, 12, 'key_ops')`, [
    `${account}_opened`,
    account,
  ]);
  await ledger.worker.query(`SELECT ledger.refer($1, $2, 3000, 12, 'key_ops')`, [
    `${account}_opened`,
    account,
  ]);
  await setLimits(ledger, `${account}_opened`, { max_concurrent_jobs: 3 });
  expect(await actionsOf(`${account}_opened`)).toMatchObject([
    { ...by, action: 'open_account', detail: { name: 'Acme' } },
    { ...by, action: 'refer', detail: { inviter_id: account } },
    { actor: 'ops', action: 'set_limits', reason: 'test', detail: { max_concurrent_jobs: 3 } },
  ]);
});

test('what was refused is not recorded as done, and an action by a rule of ours has no actor', async () => {
  await ledger.grant([grantItem(account, 'gift', 0, by), grantItem('nobody', 'gift', 5, by)]);
  await ledger.refund([refundItem(account, 'unknown', 'f', 7, by)]);
  await ledger.void([{ account_id: account, grant_id: 'unknown', reason: 'x', ...by }]);
  await callPlan(ledger, account, 'ref', 'platinum');
  expect(await actionsOf(account)).toEqual([]);
  await callPlan(ledger, account, 'ref', 'starter', { renewal: 'automatic' });
  await ledger.setClock(new Date('2026-04-01T00:00:00Z'));
  await renewDue(ledger);
  expect((await actionsOf(account)).map((action) => action['action'])).toEqual(['set_plan']);
});

test.each([
  ['a refund', () => ledger.refund([refundItem(account, 'charged', 'f', 7, { ...by, reason: null })])],
  ['a grant', () => ledger.grant([grantItem(account, 'gift', 5, { ...by, reason: null })])],
  ['a void', () => ledger.void([{ account_id: account, grant_id: 'grant_first', reason: null, ...by }])],
  ['limits', () => ledger.worker.query(`SELECT ledger.set_limits($1, '{}', 'key_ops', NULL)`, [account])],
  [
    'a plan',
    () =>
      ledger.worker.query(
        `SELECT ledger.set_plan($1, 'r', 'a', NULL, NULL, '{"plans": {"a": 5}}', 'key_ops', NULL)`,
        [account],
      ),
  ],
])('%s without a reason is an error, and nothing is done', async (_what, write) => {
  await ledger.reserve([reserveItem(account, 'charged', 10)]);
  await ledger.settle([commitItem(account, 'charged', 10)]);
  const before = await ledger.balanceOf(account);
  await expect(write()).rejects.toMatchObject({ code: '23502' });
  expect(await ledger.balanceOf(account)).toEqual(before);
  expect(await actionsOf(account)).toEqual([]);
});

test.each([
  'UPDATE ledger.operator_actions SET actor = NULL',
  `UPDATE ledger.operator_actions SET reason = 'other' WHERE false`,
  'DELETE FROM ledger.operator_actions',
  'TRUNCATE ledger.operator_actions',
])('the record is append-only, for its owner too: %s', async (statement) => {
  await ledger.grant([grantItem(account, 'gift', 50, by)]);
  await expect(ledger.owner.query(statement)).rejects.toMatchObject({ code: 'HF001' });
  expect(await actionsOf(account)).toHaveLength(1);
});

test.each(['holdfast_api', 'holdfast_worker'])(
  '%s may neither read, write nor change the record or the journal',
  async (role) => {
    const client = await ledger.owner.connect();
    await client.query(`SET ROLE ${role}`);
    try {
      for (const table of ['ledger.operator_actions', 'ledger.entries']) {
        for (const statement of [
          `SELECT * FROM ${table}`,
          `INSERT INTO ${table} (account_id) VALUES ('x')`,
          `UPDATE ${table} SET account_id = 'x'`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
          `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
          `DROP TABLE ${table}`,
        ]) {
          await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
        }
      }
    } finally {
      await client.query('RESET ROLE');
      client.release();
    }
  },
);
