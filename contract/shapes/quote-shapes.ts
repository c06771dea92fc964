import { z } from 'zod';
import { MODEL_HEALTH } from './model-shapes.ts';
import { credits, instant, listOf } from './wire-fields.ts';

/** One rule of a price: a figure, or so many units at so much. */
const pricePart = z.strictObject({
  rule: z.enum(['flat', 'table', 'per_unit']),
  credits,
  unit: z.string().optional(),
  units: z.int().min(0).optional(),
  unit_credits: credits.optional(),
});

/** One line of a price: an item of the request, as often as it is made. */
export const quoteLine = z.strictObject({
  item: z.int().min(0).describe('From 0; the only one of a request that is no batch.'),
  kind: z.string(),
  quantity: z.int().min(1),
  unit_credits: credits,
  credits,
  parts: listOf(pricePart)
    .optional()
    .describe('What `unit_credits` comes from, where it is more than one figure of the price list.'),
});

/** The exact price of a job body, and what submitting it now would bring. Spends nothing. */
export const quote = z.strictObject({
  id: z.string().startsWith('quote_'),
  price_list: z.int().min(1).describe('The version of the price list.'),
  total: credits,
  lines: listOf(quoteLine),
  available: credits,
  balance_after: z
    .int()
    .describe(
      'Credits that can be spent after it: below zero by what is missing, when it is not affordable.',
    ),
  affordable: z.boolean(),
  expires_at: instant,
  deadline_seconds: z.number().min(0),
  returned_automatically_by: instant,
  cancel_rule: z.string(),
  model_health: z
    .enum(MODEL_HEALTH)
    .describe(
      '`degraded`: a model of it has failed lately, so that it may wait, and fail with its credits back.',
    ),
});
export type Quote = z.output<typeof quote>;
