import type { LedgerFixture } from '../ledger-fixture.ts';

/** A refund as support makes it; null: all that is left. Goodwill lives 90 days. */
export function refundItem(
  accountId: string,
  reservationId: string,
  refundId: string,
  amount: unknown,
  other: object = {},
): object {
  return {
    account_id: accountId,
    reservation_id: reservationId,
    refund_id: refundId,
    amount,
    reason: 'unusable',
    goodwill_seconds: 90 * 86_400,
    ...other,
  };
}

/** The credits of each grant of an account in one bucket. */
export async function amountsOf(
  ledger: LedgerFixture,
  account: string,
  bucket: 'available' | 'reserved' | 'spent' | 'expired' | 'voided',
): Promise<Record<string, number>> {
  const { rows } = await ledger.owner.query<{ grant_id: string; amount: string }>(
    `SELECT grant_id, ${bucket} AS amount FROM ledger.grants WHERE account_id = $1`,
    [account],
  );
  return Object.fromEntries(rows.map((row) => [row.grant_id, Number(row.amount)]));
}
