import { z } from 'zod';
import { MODEL_HEALTH } from './model-shapes.ts';
import { credits, instant, listOf } from './wire-fields.ts';

/** One part of a price: a figure of the price list, or a number of units at a price each. */
const pricePart = z.strictObject({
  rule: z.enum(['flat', 'table', 'per_unit']),
  credits,
  unit: z.string().optional(),
  units: z.int().min(0).optional(),
  unit_credits: credits.optional(),
});

/** One line of a price: an item of the request, and how often it is made. */
export const quoteLine = z.strictObject({
  item: z.int().min(0).describe('The number of the item, from 0; always 0 without a batch.'),
  kind: z.string(),
  quantity: z.int().min(1),
  unit_credits: credits,
  credits,
  parts: listOf(pricePart)
    .optional()
    .describe('The parts of `unit_credits`, if it is more than one figure of the price list.'),
});

/** The exact price of a job body, and what its submission would bring now. A quote spends nothing. */
export const quote = z.strictObject({
  id: z.string().startsWith('quote_'),
  price_list: z.int().min(1).describe('The version of the price list.'),
  total: credits,
  lines: listOf(quoteLine),
  available: credits,
  balance_after: z
    .int()
    .describe('Credits that can be spent afterwards; negative by what is missing, if it is not affordable.'),
  affordable: z.boolean(),
  expires_at: instant,
  deadline_seconds: z.number().min(0),
  returned_automatically_by: instant,
  cancel_rule: z.string(),
  model_health: z
    .enum(MODEL_HEALTH)
    .describe(
      '`degraded`: one of its models has failed lately, so the job may wait, or fail and return its credits.',
    ),
});
export type Quote = z.output<typeof quote>;
