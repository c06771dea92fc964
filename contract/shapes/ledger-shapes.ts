import { z } from 'zod';
import { GRANT_SOURCES } from '../../domain/credits/grant-rules.ts';
import { monthParameter } from './query-fields.ts';
import { credits, instant, listOf } from './wire-fields.ts';

/** The ledger as an accountant reads it, and when it was checked last: for operators. */

export const ledgerReportQuery = z.strictObject({ month: monthParameter });

const moved = {
  issued: credits,
  spent: credits,
  refunded: credits,
  expired: credits,
  voided: credits,
  outstanding: credits.describe(
    'Credits that customers may still use at its end, available or reserved: deferred revenue.',
  ),
} as const;
const sums = { opening: credits.describe('Credits that were outstanding when it began.'), ...moved } as const;
const source = z.enum(GRANT_SOURCES);

/** Opening + issued − spent + refunded − expired − voided = outstanding. */
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
    .describe('Every entry before this time is counted, and none after it; null: none is yet.'),
  data: listOf(ledgerReportRow).describe('A line for each source, of which the journal knew then.'),
  total: z.strictObject(sums).describe('The sum of the lines.'),
  days: listOf(ledgerReportDay).describe(
    'A line for each day of the month that has been counted, and each source.',
  ),
});
export type LedgerReport = z.output<typeof ledgerReport>;

/** Of findings so many at most are kept: `holdfast reconcile` lists them all. */
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
            .describe('What it is about: a grant, a reservation, a day; null: the account.')
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
        .describe('How many open reservations it looked at.')
        .meta({ examples: [12] }),
      released: z.int().min(0).describe('How many of them it returned.'),
      held_back: z
        .int()
        .min(0)
        .describe('How many nothing works on, and could not be returned: see `GET /v1/repairs`.')
        .meta({ examples: [0] }),
      doubt: z
        .string()
        .nullable()
        .describe('Why Temporal was not believed; null: it was.')
        .meta({ examples: [null] }),
    })
    .nullable()
    .describe('The last run of the reconciler over the open reservations; null: there was none.'),
});
export type LedgerChecks = z.output<typeof ledgerChecks>;
