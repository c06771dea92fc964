import { z } from 'zod';
import { monthParameter, pageParameters } from './query-fields.ts';
import { accountId, credits, instant, jobId, listOf, outputId, pageOf } from './wire-fields.ts';

/** What models cost us and earn, for operators. */

/** US dollars as text, which is exact. */
const dollars = z.string().regex(/^-?\d+\.\d{2,9}$/);
const count = z.int().min(0);

export const costsQuery = z.strictObject({ month: monthParameter });

const costSums = {
  outputs: count,
  attempts: count,
  credits_charged: credits,
  credits_refunded: credits,
  provider_cost: dollars.describe('What billed attempts cost.'),
  provisional_cost: dollars.describe(
    'The part of `provider_cost` that neither a service nor a bill has confirmed.',
  ),
  uncosted_attempts: count.describe('Billed attempts of unknown cost: not in `provider_cost`.'),
  returned_but_paid: z
    .strictObject({ outputs: count, provider_cost: dollars })
    .describe('Outputs that we pay for although the customer got all credits back.'),
  unknown_bills: z
    .strictObject({ attempts: count, provider_cost: dollars })
    .describe(
      'Attempts that may have been billed, and what they are expected to cost: not in `provider_cost`.',
    ),
  margin: dollars
    .nullable()
    .describe(
      'The value of the credits that were charged and not refunded, less `provider_cost`; null: the value of a credit is not known.',
    ),
} as const;

export const costRow = z.strictObject({ model: z.string(), kind: z.string(), ...costSums });
export type CostRow = z.output<typeof costRow>;
export type CostSums = Omit<CostRow, 'model' | 'kind'>;

export const costReport = z.strictObject({
  month: z.string(),
  currency: z.literal('USD'),
  credit_value: dollars.nullable(),
  data: listOf(costRow),
  total: z.strictObject(costSums),
});
export type CostReport = z.output<typeof costReport>;

export const unknownBillsQuery = z.strictObject({ month: monthParameter, ...pageParameters });

/** An attempt whose bill is unknown, with what its service has to be asked about. */
export const unknownBill = z.strictObject({
  account_id: accountId,
  job_id: jobId,
  output_id: outputId,
  model: z.string(),
  kind: z.string(),
  reference: z.string().startsWith('att_'),
  provider: z.string(),
  provider_job_id: z.string().nullable(),
  posted_at: instant,
  expected_cost: z.string().nullable(),
});
export type UnknownBill = z.output<typeof unknownBill>;

export const unknownBillPage = pageOf(unknownBill);
