import { z } from 'zod';
import { ACCOUNT_MODES } from '../../domain/account-mode.ts';
import { RENEWALS } from '../../domain/credits/plans.ts';
import {
  instantField,
  memberField,
  previewFields,
  projectField,
  reasonField,
  referenceField,
  WHENEVER_AN_OBJECT,
} from './body-fields.ts';
import { requestText } from '../job-request/request-text.ts';
import { preview } from './support-shapes.ts';
import { pageParameters } from './query-fields.ts';
import { accountId, credits, creditsOrNone, instant, listOf, pageOf } from './wire-fields.ts';

/** An account, its plan, its limits, and who invited it. */

const MAX_NAME = 200;

export const accountBody = z.strictObject({
  name: requestText({ max: MAX_NAME }),
  reference: referenceField.describe(
    "The platform's own name for the account: the same one again returns the same account.",
  ),
  mode: z
    .enum(ACCOUNT_MODES)
    .optional()
    .describe(
      '`test`: only the sandbox model serves it, and no report counts it. It cannot be changed later.',
    ),
});
export const account = z.strictObject({
  id: accountId,
  name: z.string(),
  reference: z.string(),
  mode: z.enum(ACCOUNT_MODES),
  frozen: z.boolean().describe('New spending is refused.'),
  created_at: instant,
});
export type AccountView = z.output<typeof account>;

export const accountOrPreview = z.union([account, preview]);

export const freezeBody = z.strictObject({ reason: reasonField, ...previewFields });

export const planBody = z.strictObject({
  plan: z
    .string()
    .nullable()
    .describe('The name of a plan of the catalogue; null: the plan ends with the current period.'),
  period_start: instantField.nullish(),
  reference: referenceField,
  renewal: z.enum(RENEWALS).nullish(),
});
/** All null if the account has no plan. */
export const plan = z.strictObject({
  plan: z.string().nullable(),
  period_start: instant.nullable(),
  period_end: instant.nullable(),
  next_plan: z
    .string()
    .nullable()
    .describe('The plan of the next period; null: the plan ends with this one.'),
  renewal: z.enum(RENEWALS),
});
export type Plan = z.output<typeof plan>;

export const priceListBody = z.strictObject({
  price_list: z
    .string()
    .nullable()
    .describe('The name of a price list of the catalogue; null: the one that every account has.'),
  reason: reasonField,
  ...previewFields,
});
export const accountPriceList = z.strictObject({
  price_list: z
    .string()
    .nullable()
    .meta({ description: "The account's own; null: it has none.", examples: ['partners'] }),
  applies: z
    .strictObject({ name: z.string(), version: z.int().min(1) })
    .describe('The price list by which its jobs are priced.'),
});
export type AccountPriceList = z.output<typeof accountPriceList>;
export const accountPriceListOrPreview = z.union([accountPriceList, preview]);

export const clockBody = z.strictObject({ advance_to: instantField });
export const clock = z.strictObject({
  now: instant,
  state: z.enum(['advancing', 'ready']).describe('`ready`: everything that was due by `now` is done.'),
});
export type ClockView = z.output<typeof clock>;

export const referralBody = z.strictObject({ inviter_id: z.string() });
export const referral = z.strictObject({ inviter_id: accountId, state: z.enum(['pending', 'paid']) });
export type Referral = z.output<typeof referral>;

/** More jobs than any account runs at a time, within PostgreSQL's integer. */
const MAX_JOBS = 1_000_000;
/** The overrides are one JSON document, which is read and written whole. */
const MAX_OVERRIDES = 1_000;

const jobsAtOnce = z.int().min(0).max(MAX_JOBS).nullable();
const amount = z.int().min(0).nullable();

const overrideBody = z
  .strictObject({
    member: memberField.optional(),
    project: projectField.optional(),
    credits_per_period: amount,
  })
  .superRefine(({ member, project }, context) => {
    if ((member === undefined) !== (project === undefined)) return;
    context.addIssue({
      code: 'custom',
      params: { code: member === undefined ? 'required' : 'not_allowed' },
      message: 'Exactly one of member and project.',
    });
  }, WHENEVER_AN_OBJECT);

/** A PUT replaces all limits: one that is left out is no limit. */
export const limitsBody = z.strictObject({
  reason: reasonField,
  ...previewFields,
  max_concurrent_jobs: jobsAtOnce.default(null),
  member_credits_per_period: amount.default(null),
  project_credits_per_period: amount.default(null),
  low_balance_at: amount.default(null),
  overrides: z
    .array(overrideBody)
    .max(MAX_OVERRIDES)
    .default([])
    .superRefine((overrides, context) => {
      const seen = new Set<string>();
      overrides.forEach(({ member, project }, index) => {
        const spender = JSON.stringify([member, project]);
        if (seen.has(spender)) {
          const message = 'There is an override of this one already.';
          context.addIssue({ code: 'custom', path: [index], params: { code: 'repeated' }, message });
        }
        seen.add(spender);
      });
    }),
});

/** The limits of an account; null: no limit. Credits are per billing period. */
export const limits = z.strictObject({
  max_concurrent_jobs: jobsAtOnce,
  member_credits_per_period: creditsOrNone,
  project_credits_per_period: creditsOrNone,
  low_balance_at: creditsOrNone,
  /** Caps of single members and projects, in place of the general ones. */
  overrides: listOf(
    z.union([
      z.strictObject({ member: z.string(), credits_per_period: creditsOrNone }),
      z.strictObject({ project: z.string(), credits_per_period: creditsOrNone }),
    ]),
  ),
});
export type Limits = z.output<typeof limits>;
export const limitsOrPreview = z.union([limits, preview]);

export const SPENDER_TYPES = ['member', 'project'] as const;

/** A member or a project, with what it has used of its cap. */
export const spender = z.strictObject({
  type: z
    .enum(SPENDER_TYPES)
    .describe('Whether it is a member or a project.')
    .meta({ examples: ['member'] }),
  name: z
    .string()
    .describe('The `member` or `project` of the jobs.')
    .meta({ examples: ['ada'] }),
  used: credits.describe('Credits of the current period: reserved and spent, less what came back.'),
  credits_per_period: creditsOrNone.describe(
    'The cap that holds for it: its own, or that of every member or project; null: none.',
  ),
});
export type Spender = z.output<typeof spender>;
export const spendersQuery = z.strictObject({ ...pageParameters });
export const spenderPage = pageOf(spender);
