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

const pixels = z
  .int()
  .min(1)
  .describe('A number of pixels.')
  .meta({ examples: [1_024] });
const dimensions = z.strictObject({ width: pixels, height: pixels });
const sizesByField = z.strictObject({
  field: z
    .string()
    .describe('The field of the body whose value decides.')
    .meta({ examples: ['size'] }),
  sizes: z.record(z.string(), dimensions).describe('The dimensions for each value of the field.'),
});

const making = z.strictObject({
  kind: z.string(),
  is_offered: z
    .boolean()
    .describe('Whether this deployment can run it for this kind, and the account may ask for it.'),
  /** Times in seconds, from admission. */
  expected_seconds: z.number(),
  deadline_seconds: z.number(),
  media_type: z.string(),
  dimensions: z
    .union([dimensions, sizesByField])
    .nullable()
    .describe('The dimensions of the result, or those by the values of a field; null: any.'),
  stages: listOf(
    z.strictObject({
      name: z.string().describe('The name of the stage, as the `stage` of `progress` says it.'),
      needs: listOf(z.string())
        .describe('The earlier stages whose results it is made from.')
        .meta({ examples: [['outline']] }),
      parts: z
        .int()
        .min(1)
        .describe('How many parts of it are made in parallel.')
        .meta({ examples: [4] }),
      media_type: z.string(),
    }),
  )
    .nullable()
    .describe('The stages in which it is made, in order; null: one call makes it.'),
  fallbacks: listOf(z.string())
    .describe(
      'The models that take over, in order, where this one did not run by its start deadline. The price stays.',
    )
    .meta({ examples: [['local/spare']] }),
});

/** What a service bills us, and what it calls a model, is for operators: GET /v1/costs, GET /v1/models. */
export const catalogueModel = z.strictObject({
  name: z.string(),
  is_default: z.boolean().describe('It is the default model of at least one kind.'),
  is_sandbox: z.boolean(),
  is_offered: z
    .boolean()
    .describe('This deployment can run it for at least one kind, and the account may ask for it.'),
  takes_references: z
    .boolean()
    .describe('Whether it is shown the pictures of a brief; a body with pictures is refused otherwise.'),
  kinds: listOf(making),
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
  grants: z
    .strictObject({
      sign_up: z.strictObject({ credits }),
      trial: z.strictObject({ credits, lifetime_seconds: z.int().min(1) }),
      referral: z.strictObject({ credits, lifetime_months: z.int().min(1) }),
      goodwill: z.strictObject({ lifetime_seconds: z.int().min(1) }),
      top_up: z.strictObject({ lifetime_months: z.int().min(1) }),
    })
    .describe('The terms of grants: how many credits, and how long they live.'),
  low_balance_at: credits.describe(
    'Credits: an event is sent when the balance of an account falls below this level, until its limits say another.',
  ),
});
export type CatalogueView = z.output<typeof catalogue>;
