import { z } from 'zod';
import { purchasingPower } from './credit-shapes.ts';
import { credits, listOf } from './wire-fields.ts';

/** What this deployment offers, by the names that other calls take. */

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
    .describe('For how long a result is kept, from its delivery. Null: forever.'),
  price_rule: priceRule.nullable().describe('Null: nothing has a price that is not in the price list.'),
  default_model: z.string().nullable(),
});

export const catalogueModel = z.strictObject({
  name: z.string(),
  is_default: z.boolean().describe('A request that names no model has this one, for a kind at least.'),
  is_sandbox: z.boolean(),
  is_offered: z.boolean().describe('This deployment has what it needs to run it.'),
  /** Times in seconds from admission. */
  kinds: listOf(
    z.strictObject({ kind: z.string(), expected_seconds: z.number(), deadline_seconds: z.number() }),
  ),
  min_deadline_seconds: z.number().describe("A job's own `deadline_seconds` lies between these two."),
  max_deadline_seconds: z.number(),
  max_attempts: z.int().min(1),
  cancel_rule: z.string(),
});

/**
 * One thing that has a price of its own, with the fields that the price depends on and the credits; where the price is computed, with
 * the rule in place of the credits.
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
