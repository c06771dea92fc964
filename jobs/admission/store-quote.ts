import { randomBytes } from 'node:crypto';
import { QUOTE_LIFETIME_SECONDS, type Price } from '../../domain/prices/quote.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

export type StoredQuote = {
  readonly quoteId: string;
  readonly expiresAt: Date;
  readonly now: Date;
  /** What the account can spend now, in credits. */
  readonly available: number;
};

/** 128 bits. Drawn, not derived: asking twice gives two quotes, each with its own fifteen minutes. */
const QUOTE_ID_BYTES = 16;

/** Keeps a price for as long as a quote lives, and reads the balance in the same round trip. Both instants are the database's. */
export async function storeQuote(
  database: Database,
  quote: { readonly accountId: string; readonly fingerprint: string; readonly price: Price },
): Promise<StoredQuote> {
  const quoteId = `quote_${randomBytes(QUOTE_ID_BYTES).toString('hex')}`;
  const { rows } = await database.query<{ expires_at: Date; now: Date; available: number }>({
    name: 'jobs.store_quote',
    text: `SELECT expires_at, now, (ledger.read_balance($1)->>'available')::float8 AS available
           FROM jobs.store_quote($1, $2, $3, $4, $5)`,
    values: [
      quote.accountId,
      quoteId,
      quote.fingerprint,
      JSON.stringify(quote.price),
      QUOTE_LIFETIME_SECONDS,
    ],
  });
  const row = onlyRow(rows, 'jobs.store_quote');
  return { quoteId, expiresAt: row.expires_at, now: row.now, available: row.available };
}
