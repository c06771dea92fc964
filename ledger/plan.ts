import { PLAN_RULES, type PlanName, type Renewal } from '../domain/plans.ts';
import type { Database } from './database.ts';

/** The plan of an account. Times as PostgreSQL's JSON writes them; null where it has none. */
export type PlanView = {
  readonly plan: PlanName | null;
  readonly period_start: string | null;
  readonly period_end: string | null;
  /** What the next period is of; null: the plan ends with this one. */
  readonly next_plan: PlanName | null;
  readonly renewal: Renewal;
};

export type PlanCall = {
  readonly accountId: string;
  /** The key: the same reference and content answers the same for ever. */
  readonly reference: string;
  /** Null: ends with the current period. */
  readonly plan: string | null;
  /** The period this is about; null: the current one, or one that starts now. */
  readonly periodStart: Date | null;
  /** Null: as it is. */
  readonly renewal: Renewal | null;
  readonly actor: string;
  readonly reason: string;
};

export type PlanResult =
  | { readonly outcome: 'set'; readonly isReplay: boolean; readonly plan: PlanView }
  | { readonly outcome: 'account_not_found' | 'unknown_plan' | 'period_not_begun' | 'key_reused' };

type Row = { outcome: PlanResult['outcome']; is_replay: boolean; answer: PlanView };

/** Starts, renews, raises, lowers or ends a plan: one call for all, as a billing system makes it. */
export async function setPlan(database: Database, call: PlanCall): Promise<PlanResult> {
  const { rows } = await database.query<Row>({
    name: 'ledger.set_plan',
    text: 'SELECT outcome, is_replay, answer FROM ledger.set_plan($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      call.accountId,
      call.reference,
      call.plan,
      call.periodStart,
      call.renewal,
      PLAN_RULES,
      call.actor,
      call.reason,
    ],
  });
  const row = rows[0];
  if (row === undefined) throw new RangeError('a plan was not answered');
  if (row.outcome !== 'set') return { outcome: row.outcome };
  return { outcome: 'set', isReplay: row.is_replay, plan: row.answer };
}

/** The plan as it stands. */
export async function readPlan(database: Database, accountId: string): Promise<PlanView> {
  const { rows } = await database.query<{ plan: PlanView }>({
    name: 'ledger.read_plan',
    text: 'SELECT ledger.read_plan($1) AS plan',
    values: [accountId],
  });
  const row = rows[0];
  if (row === undefined) throw new RangeError('a plan was not answered');
  return row.plan;
}

/**
 * Renews automatic plans whose period has ended, at most `limit` in one call. Answers what became of each; fewer than
 * `limit` means that none is left.
 */
export async function renewDuePlans(
  database: Database,
  limit: number,
): Promise<readonly { readonly accountId: string; readonly outcome: string }[]> {
  const { rows } = await database.query<{ account_id: string; outcome: string }>({
    name: 'ledger.renew_due_plans',
    text: 'SELECT account_id, outcome FROM ledger.renew_due_plans($1, $2)',
    values: [limit, PLAN_RULES],
  });
  return rows.map((row) => ({ accountId: row.account_id, outcome: row.outcome }));
}
