import { z } from 'zod';
import { GRANT_SOURCES } from '../../domain/credits/grant-rules.ts';
import { entry } from './credit-shapes.ts';
import { job } from './job-shapes.ts';
import { pageParameters, timeParameter, wholeNumber } from './query-fields.ts';
import { credits, instant, listOf, pageOf } from './wire-fields.ts';

/** The use of an account's credits, by job and by day. */

export const historyQuery = z.strictObject({
  only: z
    .enum(['jobs', 'other'])
    .optional()
    .describe('`jobs`, or `other`: movements of credits without a job. Absent: both.'),
  ...pageParameters,
});

export const historyJob = z.strictObject({ type: z.literal('job'), at: instant, job });
export const historyEntry = z.strictObject({ type: z.literal('entry'), at: instant, entry });
/** A job with its credits, or a movement of credits without a job. */
export const historyItem = z.discriminatedUnion('type', [historyJob, historyEntry]);
export type HistoryItem = z.output<typeof historyItem>;
export const historyPage = pageOf(historyItem);

/** A quarter. The entries of so many days are read at once. */
const MAX_BALANCE_DAYS = 92;
const DEFAULT_BALANCE_DAYS = 30;

export const balanceDaysQuery = z.strictObject({
  days: wholeNumber(1, MAX_BALANCE_DAYS)
    .default(DEFAULT_BALANCE_DAYS)
    .describe('How many days, including today.')
    .meta({ examples: [30] }),
});
export const balanceByDay = z.strictObject({
  from: instant,
  data: listOf(
    z.strictObject({
      day: z
        .string()
        .describe('A day in UTC.')
        .meta({ format: 'date', examples: ['2026-01-31'] }),
      source: z.enum(GRANT_SOURCES),
      available: credits.describe('Credits that could be spent at the end of the day; for today, now.'),
      reserved: credits.describe('Credits that were reserved for jobs at that time.'),
    }),
  ).describe('A line for each day and source with credits, oldest first.'),
});
export type BalanceByDay = z.output<typeof balanceByDay>;
export type BalanceDay = BalanceByDay['data'][number];

export const usageByDayQuery = z.strictObject({
  from: timeParameter
    .optional()
    .describe('Included; absent: 30 days before `to`. At most 92 days before it.'),
  to: timeParameter.optional().describe('Excluded; absent: now.'),
});
export const usageByDay = z.strictObject({
  from: instant,
  to: instant,
  data: listOf(
    z.strictObject({
      day: z
        .string()
        .describe('A day in UTC.')
        .meta({ format: 'date', examples: ['2026-01-31'] }),
      kind: z.string().describe('The kind of the jobs, or what was used in metered use.'),
      credits: z
        .int()
        .describe(
          'What was charged on this day, less what was refunded on it; negative if more was refunded.',
        ),
    }),
  ).describe('A line for each day and kind with a charge or a refund, oldest first.'),
});
export type UsageByDay = z.output<typeof usageByDay>;
