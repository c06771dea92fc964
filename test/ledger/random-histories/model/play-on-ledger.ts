import type pg from 'pg';
import { RETURN_GRANT_LIFETIME_HOURS } from '../../../../domain/work/failures.ts';
import { playVerbs, type VerbItem } from '../../sql-verbs.ts';
import { NEVER } from './model-account.ts';
import type { Answer, LimitsStep } from './model-ledger.ts';
import type { PlanStep } from './model-plans.ts';
import type { Step } from './step.ts';
import type { TakeItem } from './take.ts';
import { SUPERSCALE_PLAN_RULES, SUPERSCALE_GRANTS } from '../../../harness/superscale.ts';

/** Plays a history on the SQL functions, in accounts (and under payments) of its own: each name gets the prefix. */
export type LedgerPlayer = { readonly client: pg.Client | pg.Pool | pg.PoolClient; readonly prefix: string };

/** Every item (or group, which cannot be divided) is a call of its own. */
export async function playOnLedger(player: LedgerPlayer, step: Step): Promise<Answer[]> {
  if ('items' in step || 'units' in step) return playItems(player, step);
  const at = (name: string) => player.prefix + name;
  switch (step.verb) {
    case 'open':
      return ask(player, 'SELECT outcome FROM ledger.open_account($1, $1, $1, $2)', [
        at(step.account),
        step.lowBalanceAt,
      ]);
    case 'plan':
      return setPlan(player, step.call);
    case 'renew':
      return ask(player, 'SELECT outcome FROM ledger.renew_plans($1, $2)', [
        step.accounts.map(at),
        SUPERSCALE_PLAN_RULES,
      ]);
    case 'refer':
      return ask(player, `SELECT outcome FROM ledger.refer($1, $2, $3, $4, 'test')`, [
        at(step.account),
        at(step.inviter),
        SUPERSCALE_PLAN_RULES.referral_credits,
        SUPERSCALE_PLAN_RULES.referral_lives_months,
      ]);
    case 'limits':
      return setLimits(player, step.limits);
    case 'sweep':
      await ask(player, 'SELECT ledger.sweep_accounts($1)', [step.accounts.map(at)]);
      return [];
  }
}

type ItemStep = Extract<Step, { readonly items: unknown } | { readonly units: unknown }>;

/** What of a verb's row is an answer. */
const COLUMNS: Readonly<Record<ItemStep['verb'], readonly string[]>> = {
  grant: ['outcome'],
  reserve: ['outcome'],
  spend: ['outcome'],
  settle: ['outcome', 'is_replay', 'committed', 'released'],
  refund: ['outcome', 'credits', 'refunded'],
  void: ['outcome', 'voided', 'not_recovered'],
};

async function playItems(player: LedgerPlayer, step: ItemStep): Promise<Answer[]> {
  const rows = await playVerbs(player.client, step.verb, itemsOf(player, step));
  return rows.map((row) => COLUMNS[step.verb].map((column) => numberIfDigits(row[column])));
}

function numberIfDigits(value: unknown): string | number | boolean | null {
  if (typeof value === 'string') return /^\d+$/.test(value) ? Number(value) : value;
  return typeof value === 'boolean' || typeof value === 'number' ? value : null;
}

async function ask(player: LedgerPlayer, sql: string, values: readonly unknown[]): Promise<Answer[]> {
  const { rows } = await player.client.query<(string | number | boolean | null)[]>({
    text: sql,
    values: [...values],
    rowMode: 'array',
  });
  return rows;
}

/** The items of a step as the SQL takes them. */
function itemsOf(player: LedgerPlayer, step: ItemStep): readonly VerbItem[] {
  const at = (name: string) => player.prefix + name;
  switch (step.verb) {
    case 'grant':
      return step.items.map(({ account, id, source, priority, amount, expiresAt, reference }) => ({
        ...{ account_id: at(account), grant_id: id, source, priority, amount, reason: 'test' },
        expires_at: expiresAt === NEVER ? null : new Date(expiresAt),
        reference: reference === null ? null : at(reference),
      }));
    case 'reserve':
      return step.units.flatMap((unit, index) =>
        unit.map((item) => ({
          ...takeRow(player, item),
          reservation_id: item.id,
          group_id: unit.length > 1 ? `group ${String(index)}` : null,
        })),
      );
    case 'spend':
      return step.items.map((item) => ({
        ...takeRow(player, item),
        spend_id: item.id,
        note: 'chat_message',
      }));
    case 'settle':
      return step.items.map(({ account, id, verb, amount, policy }) => ({
        ...{ account_id: at(account), reservation_id: id, verb, amount, cause: 'test' },
        expired_policy: policy,
        return_grant_hours: RETURN_GRANT_LIFETIME_HOURS,
      }));
    case 'refund':
      return step.items.map(({ account, id, refund, amount }) => ({
        ...{ account_id: at(account), reservation_id: id, refund_id: refund, amount, reason: 'test' },
        actor: 'test',
        goodwill_seconds: SUPERSCALE_GRANTS.goodwill.lifetimeSeconds,
      }));
    case 'void':
      return step.items.map(({ account, id }) => ({
        account_id: at(account),
        grant_id: grantIdAt(player, id),
        reason: 'test',
        actor: 'test',
      }));
  }
}

/** A referral's grant is called after the account that was invited, which has the prefix. */
function grantIdAt(player: LedgerPlayer, id: string): string {
  return id.replace(/^grant_referral_/, `grant_referral_${player.prefix}`);
}

function takeRow(player: LedgerPlayer, item: TakeItem): object {
  const { account, amount, reason, job, member, project } = item;
  const rest = { amount, reason, job_id: job, output_id: null, member, project, return_after_seconds: 900 };
  return { account_id: player.prefix + account, ...rest };
}

async function setPlan(player: LedgerPlayer, call: PlanStep): Promise<Answer[]> {
  const [answer] = await ask(
    player,
    `SELECT outcome, is_replay, answer->>'plan', extract(epoch FROM (answer->>'period_start')::timestamptz)::float8 * 1000,
            extract(epoch FROM (answer->>'period_end')::timestamptz)::float8 * 1000, answer->>'next_plan', answer->>'renewal'
     FROM ledger.set_plan($1, $2, $3, $4, $5, $6, 'test', 'test')`,
    [
      player.prefix + call.account,
      call.reference,
      call.plan,
      call.periodStart === null ? null : new Date(call.periodStart),
      call.renewal,
      SUPERSCALE_PLAN_RULES,
    ],
  );
  const outcome = answer?.[0] ?? null;
  return outcome === 'set' && answer !== undefined ? [answer] : [[outcome]];
}

function setLimits(player: LedgerPlayer, limits: LimitsStep): Promise<Answer[]> {
  const { override } = limits;
  return ask(player, `SELECT ledger.set_limits($1, $2, 'test', 'test')`, [
    player.prefix + limits.account,
    {
      max_concurrent_jobs: null,
      member_credits_per_period: limits.member,
      project_credits_per_period: limits.project,
      low_balance_at: limits.lowBalanceAt,
      overrides: override === null ? [] : [{ member: override.member, credits_per_period: override.credits }],
    },
  ]);
}
