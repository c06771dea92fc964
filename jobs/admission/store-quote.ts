import { randomBytes } from 'node:crypto';
import { QUOTE_LIFETIME_SECONDS, type Price } from '../../domain/prices/quote.ts';
import type { Database } from '../../ledger/database.ts';
import { groupCommit, type GroupedVerb } from '../../ledger/group-commit.ts';

type NewQuote = {
  readonly quoteId: string;
  readonly expiresAt: Date;
  readonly now: Date;
  /** What the account can spend now, in credits. */
  readonly available: number;
};

/** 128 random bits, not derived: asking twice gives two quotes, each valid for fifteen minutes. */
const QUOTE_ID_BYTES = 16;

type QuoteItem = { readonly accountId: string; readonly fingerprint: string; readonly price: Price };

type Row = { expires_at: Date; now: Date; available: number };

/**
 * Stores a quote and reads the balance in one round trip; quotes asked for at the same time go together. Both instants
 * are of the database's clock.
 */
export function createStoreQuote(database: Database): GroupedVerb<QuoteItem, NewQuote> {
  return groupCommit(async (items: readonly QuoteItem[]) => {
    const ids = items.map(() => `quote_${randomBytes(QUOTE_ID_BYTES).toString('hex')}`);
    const { rows } = await database.query<Row>({
      name: 'jobs.store_quote',
      text: `SELECT q.expires_at, q.now, (ledger.read_balance(i.account_id)->>'available')::float8 AS available
             FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
               WITH ORDINALITY i(account_id, quote_id, fingerprint, price, n)
             CROSS JOIN LATERAL jobs.store_quote(i.account_id, i.quote_id, i.fingerprint, i.price, $5) q
             ORDER BY i.n`,
      values: [
        items.map(({ accountId }) => accountId),
        ids,
        items.map(({ fingerprint }) => fingerprint),
        items.map(({ price }) => JSON.stringify(price)),
        QUOTE_LIFETIME_SECONDS,
      ],
    });
    return rows.map((row, index) => ({
      quoteId: ids[index] ?? '',
      expiresAt: row.expires_at,
      now: row.now,
      available: row.available,
    }));
  });
}
