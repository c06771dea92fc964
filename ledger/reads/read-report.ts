import type { GrantSource } from '../../domain/grant-rules.ts';
import { parseCredits } from '../../domain/credits.ts';
import type { Database } from '../database.ts';

/**
 * A month of one source of credits: opening + issued − spent + refunded − expired − voided = outstanding. Opening and
 * outstanding are what customers may still use (available and reserved): deferred revenue.
 */
export type ReportRow = {
  readonly source: GrantSource;
  readonly opening: number;
  readonly issued: number;
  readonly spent: number;
  readonly refunded: number;
  readonly expired: number;
  readonly voided: number;
  readonly outstanding: number;
};

/** The accountant's report of a month (`YYYY-MM`, UTC), by source. Reads the whole journal. */
export async function readReport(database: Database, month: string): Promise<readonly ReportRow[]> {
  const { rows } = await database.query<Record<keyof ReportRow, string> & { source: GrantSource }>({
    name: 'ledger.report',
    text: 'SELECT source, opening, issued, spent, refunded, expired, voided, outstanding FROM ledger.report($1)',
    values: [`${month}-01T00:00:00Z`],
  });
  return rows.map((row) => ({
    source: row.source,
    opening: parseCredits(row.opening),
    issued: parseCredits(row.issued),
    spent: parseCredits(row.spent),
    refunded: parseCredits(row.refunded),
    expired: parseCredits(row.expired),
    voided: parseCredits(row.voided),
    outstanding: parseCredits(row.outstanding),
  }));
}
