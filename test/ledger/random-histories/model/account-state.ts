import { expect } from 'vitest';
import type { ModelAccount } from './model-account.ts';
import type { ModelLedger } from './model-ledger.ts';
import type { LedgerPlayer } from './play-on-ledger.ts';

/** The state of an account after a history: the same of the model and of the SQL's tables. */
type AccountState = {
  readonly row: readonly number[];
  readonly grants: Readonly<Record<string, readonly number[]>>;
  readonly used: Readonly<Record<string, number>>;
  readonly spentThisPeriod: number;
  readonly period: readonly number[];
  readonly plan: readonly (string | number | null)[] | null;
  readonly periods: readonly (readonly (string | number | boolean)[])[];
  readonly referral: readonly (string | boolean)[] | null;
};

const BUCKETS = ['available', 'reserved', 'spent', 'expired', 'voided'] as const;

export function accountStatesOfModel(model: ModelLedger): Record<string, AccountState> {
  return Object.fromEntries(
    [...model.accounts.values()].map((account) => [account.name, accountStateOf(model, account)]),
  );
}

function accountStateOf(model: ModelLedger, account: ModelAccount): AccountState {
  const { plan } = account;
  return {
    row: BUCKETS.map((bucket) => account.grants.reduce((sum, grant) => sum + grant[bucket], 0)),
    grants: Object.fromEntries(
      account.grants.map((grant) => [grant.id, [grant.amount, ...BUCKETS.map((bucket) => grant[bucket])]]),
    ),
    used: Object.fromEntries(account.used),
    spentThisPeriod: model.spentThisPeriod(account),
    period: [account.periodStartsAt, account.periodEndsAt],
    plan: plan && [plan.plan, plan.anchor, plan.startsAt, plan.endsAt, plan.nextPlan, plan.renewal],
    periods: [...account.periods]
      .sort(([a], [b]) => a - b)
      .map(([startsAt, { endsAt, plan: held, granted, isSkipped }]) => [
        startsAt,
        endsAt,
        held,
        granted,
        isSkipped,
      ]),
    referral: account.inviter && [account.inviter.name, account.isReferralPaid],
  };
}

const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** One query: it runs once per history. Ids that carry an account's name are given without the prefix. */
const READ_ACCOUNT_STATES = `
  SELECT substr(a.account_id, length($1) + 1) AS name, jsonb_build_object(
    'row', jsonb_build_array(a.available, a.reserved, a.spent, a.expired, a.voided),
    'grants', (SELECT coalesce(jsonb_object_agg(replace(g.grant_id, $1, ''),
        jsonb_build_array(g.amount, g.available, g.reserved, g.spent, g.expired, g.voided)), '{}')
      FROM ledger.grants g WHERE g.account_id = a.account_id),
    'used', (SELECT coalesce(jsonb_object_agg(${MS('u.period_starts_at')} || ' ' || u.spender || ' ' || u.name, u.used), '{}')
      FROM ledger.usage u WHERE u.account_id = a.account_id),
    'spentThisPeriod', a.spent - a.spent_before,
    'period', jsonb_build_array(${MS('a.period_starts_at')}, ${MS('a.period_ends_at')}),
    'plan', (SELECT jsonb_build_array(p.plan, ${MS('p.anchor_at')}, ${MS('p.period_starts_at')}, ${MS('p.period_ends_at')},
        p.next_plan, p.renewal) FROM ledger.plans p WHERE p.account_id = a.account_id),
    'periods', (SELECT coalesce(jsonb_agg(jsonb_build_array(${MS('p.period_starts_at')}, ${MS('p.period_ends_at')}, p.plan, p.granted,
        p.is_skipped) ORDER BY p.period_starts_at), '[]') FROM ledger.plan_periods p WHERE p.account_id = a.account_id),
    'referral', (SELECT jsonb_build_array(replace(r.inviter_id, $1, ''), r.paid_at IS NOT NULL)
      FROM ledger.referrals r WHERE r.account_id = a.account_id)) AS state
  FROM ledger.accounts a WHERE starts_with(a.account_id, $1) ORDER BY 1`;

export async function accountStatesOfLedger(player: LedgerPlayer): Promise<Record<string, AccountState>> {
  const { rows } = await player.client.query<{ name: string; state: AccountState }>(READ_ACCOUNT_STATES, [
    player.prefix,
  ]);
  return Object.fromEntries(rows.map((row) => [row.name, row.state]));
}

/** How often each account's balance was noticed to have fallen below its level. */
export async function expectSameFalls(player: LedgerPlayer, model: ModelLedger): Promise<void> {
  const { rows } = await player.client.query<{ name: string; falls: number }>(
    `SELECT substr(a.account_id, length($1) + 1) AS name, count(n.account_id)::int AS falls
     FROM ledger.accounts a LEFT JOIN ledger.low_balance_notices n ON n.account_id = a.account_id
     WHERE starts_with(a.account_id, $1) GROUP BY 1`,
    [player.prefix],
  );
  const ofModel = [...model.accounts.values()].map(({ name, falls }) => [name, falls.length] as const);
  expect(Object.fromEntries(rows.map((row) => [row.name, row.falls]))).toEqual(Object.fromEntries(ofModel));
}
