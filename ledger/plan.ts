import type { Plan } from '../contract/shapes/account-shapes.ts';
import type { PlanRules, Renewal } from '../domain/credits/plans.ts';
import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';
import { toDueAccount, type DueAccount, type DueAccountRow } from './due-account.ts';

export type PlanCall = {
  readonly accountId: string;
  /** The key: the same reference and content has the same outcome forever. */
  readonly reference: string;
  /** Null: the plan ends with the current period. */
  readonly plan: string | null;
  /** The period that is reported; null: the current one, or one that starts now. */
  readonly periodStart: Date | null;
  /** Null: unchanged. */
  readonly renewal: Renewal | null;
  readonly actor: string;
  readonly reason: string;
};

export type PlanResult =
  | { readonly outcome: 'set'; readonly isReplay: boolean; readonly plan: Plan }
  | {
      readonly outcome:
        'account_not_found' | 'unknown_plan' | 'period_not_begun' | 'period_too_old' | 'key_reused';
    };

type Row = { outcome: PlanResult['outcome']; is_replay: boolean; answer: Plan };

/** Starts, renews, raises, lowers or ends a plan, as a billing system reports it. */
export async function setPlan(database: Database, rules: PlanRules, call: PlanCall): Promise<PlanResult> {
  const { rows } = await database.query<Row>({
    name: 'ledger.set_plan',
    text: 'SELECT outcome, is_replay, answer FROM ledger.set_plan($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      call.accountId,
      call.reference,
      call.plan,
      call.periodStart,
      call.renewal,
      rules,
      call.actor,
      call.reason,
    ],
  });
  const row = onlyRow(rows, 'ledger.set_plan');
  if (row.outcome !== 'set') return { outcome: row.outcome };
  return { outcome: 'set', isReplay: row.is_replay, plan: row.answer };
}

/** Reads the plan. */
export async function readPlan(database: Database, accountId: string): Promise<Plan> {
  const { rows } = await database.query<{ plan: Plan }>({
    name: 'ledger.read_plan',
    text: 'SELECT ledger.read_plan($1) AS plan',
    values: [accountId],
  });
  const row = onlyRow(rows, 'ledger.read_plan');
  return row.plan;
}

/** A page of automatic plans whose period has ended, longest overdue first, after a position (null: from the first). */
export async function readDuePlans(
  database: Database,
  page: { readonly after: DueAccount | null; readonly limit: number },
): Promise<readonly DueAccount[]> {
  const { rows } = await database.query<DueAccountRow>({
    name: 'ledger.read_due_plans',
    text: 'SELECT account_id, due_at::text FROM ledger.read_due_plans($1, $2, $3)',
    values: [page.after?.dueAt ?? '-infinity', page.after?.accountId ?? '', page.limit],
  });
  return rows.map(toDueAccount);
}

/** The result for a plan that was due; not_due: another call was first. */
export type RenewalOutcome = 'renewed' | 'ended' | 'not_due' | 'unknown_plan';

/** Renews the plans of these accounts where due. However late or often it runs, the current period is granted once. */
export async function renewPlans(
  database: Database,
  rules: PlanRules,
  accountIds: readonly string[],
): Promise<readonly { readonly accountId: string; readonly outcome: RenewalOutcome }[]> {
  const { rows } = await database.query<{ account_id: string; outcome: RenewalOutcome }>({
    name: 'ledger.renew_plans',
    text: 'SELECT account_id, outcome FROM ledger.renew_plans($1, $2)',
    values: [accountIds, rules],
  });
  return rows.map((row) => ({ accountId: row.account_id, outcome: row.outcome }));
}
