import type { LedgerFixture } from '../ledger-fixture.ts';
import { SUPERSCALE_PLAN_RULES } from '../../harness/superscale.ts';

type PlanAnswer = {
  readonly outcome: string;
  readonly is_replay: boolean;
  readonly answer: {
    readonly plan: string | null;
    readonly period_start: string | null;
    readonly period_end: string | null;
    readonly next_plan: string | null;
    readonly renewal: string;
  } | null;
};

/** One call of a billing system, as the API makes it. */
export async function callPlan(
  ledger: LedgerFixture,
  account: string,
  reference: string,
  plan: string | null,
  other: { readonly start?: Date | string; readonly renewal?: string; readonly rules?: object } = {},
): Promise<PlanAnswer> {
  const { rows } = await ledger.worker.query<PlanAnswer>(
    `SELECT * FROM ledger.set_plan($1, $2, $3, $4, $5, $6, 'billing', 'test')`,
    [
      account,
      reference,
      plan,
      other.start ?? null,
      other.renewal ?? null,
      other.rules ?? SUPERSCALE_PLAN_RULES,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('a plan was not answered');
  return row;
}

/** The periods of an account with the plan each was granted for, skipped ones too, oldest first. */
export async function periodsOf(ledger: LedgerFixture, account: string): Promise<string[]> {
  const { rows } = await ledger.owner.query<{ period: string }>(
    `SELECT to_char(period_starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') || ' ' || plan || ' ' ||
            CASE WHEN is_skipped THEN 'skipped' ELSE granted::text END AS period
     FROM ledger.plan_periods WHERE account_id = $1 ORDER BY period_starts_at`,
    [account],
  );
  return rows.map((row) => row.period);
}

/** The plan grants of an account: credits, until when. */
export async function planGrantsOf(ledger: LedgerFixture, account: string): Promise<string[]> {
  const { rows } = await ledger.owner.query<{ grant: string }>(
    `SELECT amount || ' until ' || to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS grant
     FROM ledger.grants WHERE account_id = $1 AND source = 'plan' ORDER BY ordinal`,
    [account],
  );
  return rows.map((row) => row.grant);
}

/** Accounts due for a renewal by the clock, renewed as the schedule does it: pages of so many accounts. */
export async function renewDue(ledger: LedgerFixture, limit = 100): Promise<Record<string, string>> {
  const due = await ledger.worker.query<{ account_id: string }>(
    `SELECT account_id FROM ledger.read_due_plans('-infinity', '', $1)`,
    [limit],
  );
  return renew(
    ledger,
    due.rows.map((row) => row.account_id),
  );
}

export async function renew(
  ledger: LedgerFixture,
  accountIds: readonly string[],
  rules: object = SUPERSCALE_PLAN_RULES,
): Promise<Record<string, string>> {
  const { rows } = await ledger.worker.query<{ account_id: string; outcome: string }>(
    'SELECT * FROM ledger.renew_plans($1, $2)',
    [accountIds, rules],
  );
  return Object.fromEntries(rows.map((row) => [row.account_id, row.outcome]));
}
