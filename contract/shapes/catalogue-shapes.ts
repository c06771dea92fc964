import { z } from 'zod';
import { purchasingPower } from './credit-shapes.ts';
import { credits, listOf } from './wire-fields.ts';

/** What this deployment offers. Other calls take these names. */

/** A rule of a price list, as its author wrote it (domain/prices/price-list.ts). */
const priceRule = z.looseObject({ rule: z.enum(['flat', 'table', 'per_unit', 'sum']) });

const catalogueKind = z.strictObject({
  name: z.string(),
  schema: z
    .looseObject({ type: z.literal('object') })
    .describe('JSON Schema of a body of this kind, without the fields that belong to the job as a whole.'),
  media_types: listOf(z.string()),
  can_be_edited: z.boolean(),
  can_be_varied: z.boolean(),
  retention_days: z
    .int()
    .min(1)
    .nullable()
    .describe('For how many days a result is kept, from its delivery. Null: forever.'),
  price_rule: priceRule
    .nullable()
    .describe('How a price is computed; null: every price is in the price list.'),
  default_model: z.string().nullable(),
});

export const catalogueModel = z.strictObject({
  name: z.string(),
  is_default: z.boolean().describe('It is the default model of at least one kind.'),
  is_sandbox: z.boolean(),
  is_offered: z.boolean().describe('This deployment can run it.'),
  /** Times in seconds, from admission. */
  kinds: listOf(
    z.strictObject({ kind: z.string(), expected_seconds: z.number(), deadline_seconds: z.number() }),
  ),
  min_deadline_seconds: z.number(),
  max_deadline_seconds: z.number(),
  max_attempts: z.int().min(1),
  cancel_rule: z.string(),
});

/**
 * One price, with the fields that it depends on and its credits. If it is computed, its rule takes the place of the
 * credits.
 */
export const cataloguePrice = z.looseObject({
  kind: z.string(),
  credits: credits.optional(),
  rule: priceRule.optional(),
});

const offer = { name: z.string(), credits, buys: purchasingPower };

export const catalogue = z.strictObject({
  price_list: z.int().min(1),
  price_list_name: z.string(),
  kinds: listOf(catalogueKind),
  models: listOf(catalogueModel),
  prices: listOf(cataloguePrice),
  plans: listOf(z.strictObject(offer)),
  packs: listOf(z.strictObject({ ...offer, lifetime_months: z.int().min(1) })),
  meters: listOf(z.strictObject({ name: z.string() })),
  grants: z.strictObject({
    sign_up: z.strictObject({ credits }),
    trial: z.strictObject({ credits, lifetime_seconds: z.int().min(1) }),
    referral: z.strictObject({ credits, lifetime_months: z.int().min(1) }),
  }),
});
export type CatalogueView = z.output<typeof catalogue>;
