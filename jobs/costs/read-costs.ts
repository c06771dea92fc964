import type { CostReport, CostRow, CostSums, UnknownBill } from '../../contract/shapes/cost-shapes.ts';
import { parseCredits } from '../../domain/credits/credits.ts';
import { monthOf } from '../../domain/month.ts';
import { addDollars, multiplyDollars, subtractDollars } from '../../domain/prices/dollars.ts';
import type { Database } from '../../ledger/database.ts';

/** Sums of a month, as text; null: nothing to sum. */
type SummedRow = Record<
  | 'outputs'
  | 'attempts'
  | 'charged'
  | 'refunded'
  | 'cost'
  | 'provisional'
  | 'uncosted'
  | 'returned_outputs'
  | 'returned_cost'
  | 'unknown_attempts'
  | 'unknown_cost',
  string | null
> & { readonly model: string; readonly kind: string };

/**
 * The cost and the income of each model, per kind, in a month (`YYYY-MM`, UTC). An attempt counts in the month in which
 * it was posted, an output in the month of its first attempt.
 * @param creditValue US dollars per credit; null: the margin is not known.
 */
export async function readCosts(
  database: Database,
  month: string,
  creditValue: string | null,
): Promise<CostReport> {
  const { from, to } = monthOf(month);
  const { rows } = await database.query<SummedRow>({
    name: 'jobs.read_costs',
    text: 'SELECT * FROM jobs.read_costs($1, $2)',
    values: [from, to],
  });
  const data = rows.map((row) => costRowOf(row, creditValue));
  return {
    month,
    currency: 'USD',
    credit_value: creditValue === null ? null : addDollars([creditValue]),
    data,
    total: totalOf(data, creditValue),
  };
}

/** A position in the list. The instant is PostgreSQL's own text, to the microsecond. */
type UnknownBillPosition = { readonly postedAt: string; readonly reference: string };

/** A page of the attempts of a month whose bill is unknown, oldest first. */
export async function listUnknownBills(
  database: Database,
  month: string,
  page: { readonly after: UnknownBillPosition | null; readonly limit: number },
): Promise<readonly { readonly bill: UnknownBill; readonly position: UnknownBillPosition }[]> {
  const { from, to } = monthOf(month);
  const { rows } = await database.query<{ bill: UnknownBill; posted_at: string; reference: string }>({
    name: 'jobs.list_unknown_bills',
    text: 'SELECT bill, posted_at, reference FROM jobs.list_unknown_bills($1, $2, $3, $4)',
    values: [page.after?.postedAt ?? from, to, page.after?.reference ?? null, page.limit],
  });
  return rows.map(({ bill, posted_at: postedAt, reference }) => ({
    bill,
    position: { postedAt, reference },
  }));
}

function costRowOf(row: SummedRow, creditValue: string | null): CostRow {
  const sums = {
    outputs: Number(row.outputs),
    attempts: Number(row.attempts),
    credits_charged: parseCredits(row.charged ?? '0'),
    credits_refunded: parseCredits(row.refunded ?? '0'),
    provider_cost: addDollars([row.cost ?? '0']),
    provisional_cost: addDollars([row.provisional ?? '0']),
    uncosted_attempts: Number(row.uncosted),
    returned_but_paid: {
      outputs: Number(row.returned_outputs),
      provider_cost: addDollars([row.returned_cost ?? '0']),
    },
    unknown_bills: {
      attempts: Number(row.unknown_attempts),
      provider_cost: addDollars([row.unknown_cost ?? '0']),
    },
  };
  return { model: row.model, kind: row.kind, ...sums, margin: marginOf(sums, creditValue) };
}

function marginOf(
  sums: Pick<CostSums, 'credits_charged' | 'credits_refunded' | 'provider_cost'>,
  creditValue: string | null,
): string | null {
  if (creditValue === null) return null;
  const kept = String(sums.credits_charged - sums.credits_refunded);
  return subtractDollars(multiplyDollars(creditValue, kept), sums.provider_cost);
}

function totalOf(rows: readonly CostRow[], creditValue: string | null): CostSums {
  const count = (of: (row: CostRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const dollars = (of: (row: CostRow) => string) => addDollars(rows.map(of));
  const sums = {
    outputs: count((row) => row.outputs),
    attempts: count((row) => row.attempts),
    credits_charged: count((row) => row.credits_charged),
    credits_refunded: count((row) => row.credits_refunded),
    provider_cost: dollars((row) => row.provider_cost),
    provisional_cost: dollars((row) => row.provisional_cost),
    uncosted_attempts: count((row) => row.uncosted_attempts),
    returned_but_paid: {
      outputs: count((row) => row.returned_but_paid.outputs),
      provider_cost: dollars((row) => row.returned_but_paid.provider_cost),
    },
    unknown_bills: {
      attempts: count((row) => row.unknown_bills.attempts),
      provider_cost: dollars((row) => row.unknown_bills.provider_cost),
    },
  };
  return { ...sums, margin: marginOf(sums, creditValue) };
}
