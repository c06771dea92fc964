import { z } from 'zod';
import { purchasingPower } from './credit-shapes.ts';
import { credits, listOf } from './wire-fields.ts';

/** What this deployment offers, by the names that other calls take. */

export const catalogueModel = z.strictObject({
  name: z.string(),
  is_default: z.boolean(),
  is_sandbox: z.boolean(),
  /** Times in seconds from admission. */
  kinds: listOf(
    z.strictObject({ kind: z.string(), expected_seconds: z.number(), deadline_seconds: z.number() }),
  ),
  /** A job's own `deadline_seconds` lies between these two. */
  min_deadline_seconds: z.number(),
  max_deadline_seconds: z.number(),
  max_attempts: z.int().min(1),
  cancel_rule: z.string(),
});

/** One thing that has a price of its own; with the fields that the price depends on. */
export const cataloguePrice = z.strictObject({
  kind: z.string(),
  duration_seconds: z.int().optional(),
  quality: z.string().optional(),
  credits,
});

const offer = { name: z.string(), credits, buys: purchasingPower };

export const catalogue = z.strictObject({
  price_list: z.int().min(1),
  models: listOf(catalogueModel),
  prices: listOf(cataloguePrice),
  plans: listOf(z.strictObject(offer)),
  packs: listOf(z.strictObject({ ...offer, lifetime_months: z.int().min(1) })),
});
export type Catalogue = z.output<typeof catalogue>;
