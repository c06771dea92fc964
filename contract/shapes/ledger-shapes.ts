import { z } from 'zod';
import { GRANT_SOURCES } from '../../domain/credits/grant-rules.ts';
import { monthParameter } from './query-fields.ts';
import { credits, instant, listOf } from './wire-fields.ts';

/** The accountant's report of the ledger, and its last checks: for operators. */

export const ledgerReportQuery = z.strictObject({ month: monthParameter });

const moved = {
  issued: credits,
  spent: credits,
  refunded: credits,
  expired: credits,
  voided: credits,
  outstanding: credits.describe(
    'Credits that customers can still use at the end, available or reserved: deferred revenue.',
  ),
} as const;
const sums = {
  opening: credits.describe('Credits that were outstanding at the beginning.'),
  ...moved,
} as const;
const source = z.enum(GRANT_SOURCES);

/** outstanding = opening + issued − spent + refunded − expired − voided. */
export const ledgerReportRow = z.strictObject({ source, ...sums });
export type LedgerReportRow = z.output<typeof ledgerReportRow>;
export type LedgerReportSums = Omit<LedgerReportRow, 'source'>;

export const ledgerReportDay = z.strictObject({
  day: z
    .string()
    .describe('A day in UTC.')
    .meta({ format: 'date', examples: ['2026-01-31'] }),
  source,
  ...moved,
});
export type LedgerReportDay = z.output<typeof ledgerReportDay>;

export const ledgerReport = z.strictObject({
  month: z.string(),
  counted_until: instant
    .nullable()
    .describe('All entries before this time are counted, and none after it; null: none are counted yet.'),
  data: listOf(ledgerReportRow).describe('A line for each source that the journal had by then.'),
  total: z.strictObject(sums).describe('The sum of the lines.'),
  days: listOf(ledgerReportDay).describe(
    'A line for each day of the month that has been counted, and each source.',
  ),
});
export type LedgerReport = z.output<typeof ledgerReport>;

/** The most findings that are kept. `holdfast reconcile` lists all of them. */
export const MAX_FINDINGS = 50;

export const ledgerChecks = z.strictObject({
  reconcile: z
    .strictObject({
      ran_at: instant,
      findings: z
        .int()
        .min(0)
        .describe('How many rows the queries returned that must return none.')
        .meta({ examples: [0] }),
      data: listOf(
        z.strictObject({
          check: z
            .string()
            .describe('The query that must return no rows.')
            .meta({ examples: ['entries_fold_to_grants'] }),
          account_id: z.string().nullable(),
          subject: z
            .string()
            .nullable()
            .describe('What the finding is about: a grant, a reservation or a day; null: the account.')
            .meta({ examples: ['grant_01h455vb4pex5vsknk084sn02q'] }),
        }),
      ).describe(`The first ${String(MAX_FINDINGS)} of them.`),
    })
    .nullable()
    .describe('The last run of `holdfast reconcile`; null: there was none.'),
  reconciler: z
    .strictObject({
      ran_at: instant,
      looked: z
        .int()
        .min(0)
        .describe('How many open reservations it checked.')
        .meta({ examples: [12] }),
      released: z.int().min(0).describe('How many of them it released.'),
      held_back: z
        .int()
        .min(0)
        .describe('How many have no workflow and could not be released: see `GET /v1/repairs`.')
        .meta({ examples: [0] }),
      doubt: z
        .string()
        .nullable()
        .describe('Why it did not trust what Temporal said; null: it did.')
        .meta({ examples: [null] }),
    })
    .nullable()
    .describe('The last run of the reconciler over the open reservations; null: there was none.'),
});
export type LedgerChecks = z.output<typeof ledgerChecks>;
