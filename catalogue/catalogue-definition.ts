import { z } from 'zod';
import type { StageToInput, ToInput } from '../domain/work/models.ts';
import { CHECKED_MEDIA_TYPES } from '../domain/media-types.ts';
import type { PriceRule, PriceTable } from '../domain/prices/price-list.ts';
import { MAX_CREDITS_PER_CALL } from '../domain/credits/credits.ts';
import { faultOfText } from '../domain/texts/text-rule.ts';
import { fieldSchema } from './field-schema.ts';

/**
 * The definition that an adopter writes (docs/your-own-catalogue.md). Each entry is parsed by itself, so that one fault
 * does not hide another.
 */

/** Names are part of URLs, events, search attributes and ledgers: lower-case letters, digits, `_`. */
const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const MODEL_NAME = /^[a-z0-9][a-z0-9._/-]{0,63}$/;
const STAGE_NAME = /^[a-z][a-z0-9]{0,19}$/;
const DOLLARS = /^\d{1,6}(\.\d{1,9})?$/;

/** Names are object keys too: of the inherited properties this is the only one in lower-case letters. */
const named = (form: RegExp, words: string) =>
  z
    .string()
    .regex(form, words)
    .refine((text) => text !== 'constructor', 'every object has a "constructor" already');

const name = named(NAME, 'a name is small letters, digits and _, at most 40');
/** One line of text, which is stored and shown. */
const line = (max: number) =>
  z.string().superRefine((text, context) => {
    const fault = faultOfText(text, { max });
    if (fault !== null) context.addIssue({ code: 'custom', message: fault.detail });
  });
const mediaType = z.enum(CHECKED_MEDIA_TYPES, {
  error: `a media type that a result is checked for: ${CHECKED_MEDIA_TYPES.join(', ')}`,
});
const dollars = z.string().regex(DOLLARS, 'US dollars as text, as "0.0400"');
const credits = z.int().min(1).max(MAX_CREDITS_PER_CALL);
/** Longer than any side of a picture that is taken (MAX_PICTURE_PIXELS). */
const MAX_SIDE_PIXELS = 100_000;
/** The longest time of a model: a deadline must be an instant. */
const MAX_SECONDS = 30 * 24 * 3_600;
const seconds = z.number().positive().max(MAX_SECONDS);
const months = z.int().min(1).max(1_200);
/** Fifty years: an expiry must be an instant. */
const MAX_LIFETIME_SECONDS = 50 * 365 * 24 * 3_600;
const lifetimeSeconds = z.int().min(1).max(MAX_LIFETIME_SECONDS);

export const kindDefinition = z.strictObject({
  name,
  /** Its own fields, beside the common ones of a job body. */
  fields: z.record(name, fieldSchema),
  /** The defaults of fields. */
  defaults: z.record(z.string(), z.json()).default({}),
  mediaTypes: z.array(mediaType).min(1),
  canBeEdited: z.boolean().default(true),
  canBeVaried: z.boolean().default(true),
  priceFields: z.array(z.string()).default([]),
  supportFields: z.array(z.string()).default([]),
  /** The field that says how long its film or sound lasts, in seconds: a result of another length is not taken. */
  durationField: z.string().nullable().default(null),
  retentionDays: z.int().min(1).max(36_500).nullable().default(null),
  subject: z.string().nullable().default(null),
});

/** Ten times what a film of several services takes; a longer list repeats itself. */
const DEFAULT_MAX_COST = '25.00';
/** Fallbacks, each with at least one attempt. */
const MAX_FALLBACKS = 5;

const costRule = z.strictObject({
  per_call: dollars.optional(),
  per_second: dollars.optional(),
  per_unit: dollars.optional(),
});

const pixels = z.int().min(1).max(MAX_SIDE_PIXELS);
const dimensions = z.strictObject({ width: pixels, height: pixels });

const stageDefinition = z.strictObject({
  name: named(STAGE_NAME, 'a stage is named by small letters and digits, at most 20'),
  needs: z.array(z.string()).default([]),
  parts: z.int().min(1).max(16).default(1),
  model: line(200),
  provider: name.optional(),
  mediaType,
  /** Of each of its pictures or films, in pixels: another is not taken. */
  dimensions: dimensions.optional(),
  share: z.number().positive().max(1),
  /** Null: not known, whatever the model's is. */
  cost: costRule.nullable().optional(),
  toInput: z.custom<StageToInput>((value) => typeof value === 'function', 'not a function').optional(),
});

const makingDefinition = z.strictObject({
  times: z.strictObject({
    expectedSeconds: seconds,
    startDeadlineSeconds: seconds,
    stuckSeconds: seconds,
    deadlineSeconds: seconds,
  }),
  mediaType: mediaType.optional(),
  /** Of a result, in pixels: another is not taken. */
  dimensions: z
    .union([dimensions, z.strictObject({ field: name, sizes: z.record(z.string(), dimensions) })], {
      error: 'a width and a height in pixels, or a field and sizes: the width and the height by its values',
    })
    .nullable()
    .default(null),
  stages: z.array(stageDefinition).min(2).max(20).optional(),
});

export const modelDefinition = z.strictObject({
  name: named(MODEL_NAME, 'a model is named like local/render'),
  provider: name,
  remoteId: line(200).optional(),
  makes: z.record(z.string(), makingDefinition),
  minDeadlineSeconds: seconds,
  maxDeadlineSeconds: seconds,
  maxAttempts: z.int().min(1).max(10).default(3),
  isSandbox: z.boolean().default(false),
  cancelRule: line(300),
  cost: costRule.nullable().default(null),
  maxCost: dollars.default(DEFAULT_MAX_COST),
  toInput: z
    .custom<ToInput>((value) => typeof value === 'function', 'not a function')
    .nullable()
    .default(null),
  takesReferences: z.boolean().default(true),
  fallbacks: z.array(z.string()).max(MAX_FALLBACKS).default([]),
});

const priceTable: z.ZodType<PriceTable> = z.lazy(() =>
  z.record(z.string(), z.union([z.number(), priceTable])),
);
const unitMeasure = z.enum(['number', 'product', 'characters']);
const priceRule: z.ZodType<PriceRule> = z.lazy(() =>
  z.discriminatedUnion('rule', [
    z.strictObject({ rule: z.literal('flat'), credits: z.number() }),
    z.strictObject({ rule: z.literal('table'), fields: z.array(z.string()), prices: priceTable }),
    z.strictObject({
      ...{ rule: z.literal('per_unit'), unit: line(40), measure: unitMeasure },
      ...{ fields: z.array(z.string()), unit_size: z.number(), credits: z.number() },
      minimum: z.number().optional(),
    }),
    z.strictObject({ rule: z.literal('sum'), of: z.array(priceRule) }),
  ]),
);

export const priceListDefinition = z.strictObject({
  name,
  version: z.int().min(1).max(1_000_000),
  prices: z.record(z.string(), priceRule),
  planning: z.record(name, credits),
});

export const planDefinition = z.strictObject({ name, credits });
export const packDefinition = z.strictObject({ name, credits, lifetimeMonths: months });
export const meterDefinition = z.strictObject({ name });

export const creditValueDefinition = dollars.nullable().default(null);

export const grantsDefinition = z.strictObject({
  signUp: z.strictObject({ credits }),
  trial: z.strictObject({ credits, lifetimeSeconds }),
  referral: z.strictObject({ credits, lifetimeMonths: months }),
  goodwill: z.strictObject({ lifetimeSeconds }),
  topUp: z.strictObject({ lifetimeMonths: months }),
  lowBalanceAt: credits,
});

export type KindDefinition = z.input<typeof kindDefinition>;
export type ModelDefinition = z.input<typeof modelDefinition>;
export type PriceListDefinition = z.input<typeof priceListDefinition>;

export type CatalogueDefinition = {
  readonly kinds: readonly KindDefinition[];
  /** The first that makes a kind is its default. */
  readonly models: readonly ModelDefinition[];
  /** The first one is for every account without its own. */
  readonly priceLists: readonly PriceListDefinition[];
  /** From the lowest up. */
  readonly plans: readonly z.input<typeof planDefinition>[];
  readonly packs: readonly z.input<typeof packDefinition>[];
  readonly grants: z.input<typeof grantsDefinition>;
  readonly meters: readonly z.input<typeof meterDefinition>[];
  /** The income of a credit in US dollars, for the margin in the cost report. Absent: no margin is shown. */
  readonly creditValue?: string | null;
};
