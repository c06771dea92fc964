import { GRANT_SOURCES, type GrantSource } from '../../domain/credits/grant-rules.ts';
import { parseCredits } from '../../domain/credits/credits.ts';
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

type Row = { readonly [Column in Exclude<keyof ReportRow, 'source' | 'outstanding'>]: string } & {
  readonly source: GrantSource;
};

/** The accountant's report of a month (`YYYY-MM`, UTC), by source. Reads the whole journal. */
export async function readReport(database: Database, month: string): Promise<readonly ReportRow[]> {
  const { rows } = await database.query<Row>({
    name: 'ledger.report',
    text: 'SELECT source, opening, issued, spent, refunded, expired, voided FROM ledger.report($1)',
    values: [`${month}-01T00:00:00Z`],
  });
  return rows
    .map(toReportRow)
    .sort((one, other) => GRANT_SOURCES.indexOf(one.source) - GRANT_SOURCES.indexOf(other.source));
}

function toReportRow(row: Row): ReportRow {
  const [opening, issued, spent, refunded, expired, voided] = [
    parseCredits(row.opening),
    parseCredits(row.issued),
    parseCredits(row.spent),
    parseCredits(row.refunded),
    parseCredits(row.expired),
    parseCredits(row.voided),
  ];
  const outstanding = opening + issued - spent + refunded - expired - voided;
  return { source: row.source, opening, issued, spent, refunded, expired, voided, outstanding };
}
