import { z } from 'zod';
import { GRANT_SOURCES } from '../../domain/credits/grant-rules.ts';
import {
  creditsField,
  instantField,
  memberField,
  previewFields,
  projectField,
  reasonField,
  referenceField,
  WHENEVER_AN_OBJECT,
} from './body-fields.ts';
import { jobIdParameter, pageParameters, timeParameter, wholeNumber } from './query-fields.ts';
import { preview } from './support-shapes.ts';
import {
  accountId,
  credits,
  entryId,
  grantId,
  instant,
  jobId,
  listOf,
  outputId,
  pageOf,
} from './wire-fields.ts';

/** Grants, the balance, and the journal behind it. */

export const grant = z.strictObject({
  id: grantId,
  source: z.enum(GRANT_SOURCES),
  priority: z.int().min(1).max(3).describe('Spent in this order: 1 before 2 before 3.'),
  amount: credits,
  available: credits,
  reserved: credits,
  spent: credits,
  effective_at: instant,
  expires_at: instant.nullable(),
});
export type Grant = z.output<typeof grant>;

/** What credits buy, by the planning figures of the price list: so many of one kind, or of another. */
export const purchasingPower = z.record(z.string(), z.int().min(0));

export const balance = z.strictObject({
  account_id: accountId,
  frozen: z.boolean().describe('New spending is refused (`account_frozen`).'),
  available: credits,
  reserved: credits,
  spent_this_period: credits,
  period_starts_at: instant,
  grants: listOf(grant).describe('The grants with credits left, in the order in which they are spent.'),
  buys: purchasingPower,
  next_expiry: z.strictObject({ at: instant, credits }).nullable(),
});
export type Balance = z.output<typeof balance>;

export const estimateQuery = z.strictObject({
  credits: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('How many credits. Absent: those that can be spent now.'),
});
/** Other fields are the planning figures of the price list: `statics`, `videos`. */
export const estimate = z.object({ credits, price_list: z.int().min(1) }).catchall(z.int().min(0));
export type EstimateView = z.output<typeof estimate>;

export const ENTRY_KINDS = [
  'grant',
  'reserve',
  'commit',
  'release',
  'spend',
  'refund',
  'expire',
  'void',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One line of the usage history. Its fields are also the columns of the CSV. */
export const entry = z.strictObject({
  id: entryId,
  seq: z.int().min(1).describe('Its number, which counts up by one per account.'),
  kind: z.enum(ENTRY_KINDS),
  credits: z
    .int()
    .describe(
      'The change of the available balance: 0 for a commit, since the reserve has already taken its credits.',
    ),
  job_id: jobId.nullable(),
  output_id: outputId.nullable(),
  grant_id: grantId,
  reason: z.string().nullable(),
  balance_after: credits,
  created_at: instant,
  charged: credits.describe(
    'The credits that it charged (a commit, a spend), or gave back of an earlier charge.',
  ),
  refunded: credits,
});
export type EntryView = z.output<typeof entry>;

export const entriesQuery = z.strictObject({
  kind: z.enum(ENTRY_KINDS).optional(),
  job_id: jobIdParameter.optional(),
  from: timeParameter.optional().describe('`from` is included, `to` is not.'),
  to: timeParameter.optional(),
  ...pageParameters,
});
export const entryPage = pageOf(entry);

export const statementQuery = z.strictObject({
  from: timeParameter.optional(),
  to: timeParameter.optional(),
});

/** closing = opening + the sums. */
export const statement = z.strictObject({
  from: instant,
  to: instant,
  opening: credits,
  closing: credits,
  charged: credits.describe('Credits of commits and spends, before refunds.'),
  refunded: credits,
  reserved_change: z
    .int()
    .describe(
      'Credits that reservations changed: negative if more was reserved at the end than at the start.',
    ),
  sums: z.strictObject({
    grant: credits,
    reserve: z.int().max(0),
    commit: z.int(),
    release: credits,
    spend: z.int().max(0),
    refund: credits,
    expire: z.int().max(0),
    void: z.int().max(0),
  } satisfies Record<EntryKind, z.ZodType>),
});
export type Statement = z.output<typeof statement>;

/** The largest quantity of metered use in one call. */
export const MAX_QUANTITY = 1_000;

/** Metered use, charged at once. */
export const usageBody = z.strictObject({
  kind: z.string(),
  quantity: z.int().min(1).max(MAX_QUANTITY),
  member: memberField.optional(),
  project: projectField.optional(),
});
export const usage = z.strictObject({ credits, entries: listOf(entry) });
export type Usage = z.output<typeof usage>;

/** Credits that no plan grants. */
export const grantBody = z
  .strictObject({
    source: z.enum(['trial', 'top_up', 'goodwill']),
    credits: creditsField.optional(),
    pack: z.string().optional().describe('The name of a pack of the catalogue.'),
    reference: referenceField,
    expires_at: instantField.optional(),
    reason: reasonField.optional(),
    ...previewFields,
  })
  .superRefine(({ source, credits: amount, pack, reason }, context) => {
    const fault = (field: string, code: string, message: string) => {
      context.addIssue({ code: 'custom', path: [field], params: { code }, message });
    };
    if (pack !== undefined && source !== 'top_up') fault('pack', 'not_allowed', 'Packs are for top_up.');
    else if (pack !== undefined && amount !== undefined) {
      fault('pack', 'not_allowed', 'Either credits or pack, not both.');
    }
    if (source === 'top_up' && amount === undefined && pack === undefined) {
      fault('credits', 'required', 'A top_up says credits, or a pack.');
    }
    if (source === 'goodwill' && amount === undefined) {
      fault('credits', 'required', 'This field is required.');
    }
    if (source === 'goodwill' && reason === undefined) {
      fault('reason', 'required', 'Goodwill needs a reason.');
    }
  }, WHENEVER_AN_OBJECT);
export type GrantBody = z.output<typeof grantBody>;

/** A charge-back. */
export const voidBody = z.strictObject({ reason: reasonField, ...previewFields });
export const voidedGrant = z.strictObject({ grant, voided: credits, not_recovered: credits });
export type VoidedGrant = z.output<typeof voidedGrant>;
export const voidedGrantOrPreview = z.union([voidedGrant, preview]);
