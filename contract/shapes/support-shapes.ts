import { z } from 'zod';
import { COMMAND_NAMES } from '../../domain/support/possible-commands.ts';
import { OUTPUT_STATES } from '../../domain/work/job-state.ts';
import { job } from './job-shapes.ts';
import { requestText } from '../job-request/request-text.ts';
import { pageParameters } from './query-fields.ts';
import {
  accountId,
  credits,
  instant,
  jobId,
  listOf,
  outputId,
  pageOf,
  reservationId,
  sha256,
} from './wire-fields.ts';

/** The fields that support sees and a customer does not. */

export const attempt = z.strictObject({
  reference: z.string().startsWith('att_').describe('Our name for it at the provider.'),
  stage: z.string(),
  number: z.int().min(1),
  state: z.enum(['posting', 'accepted', 'rejected', 'unknown', 'collected', 'failed', 'replaced', 'fenced']),
  provider: z.string(),
  model: z.string().describe('As the provider calls it: of a fallback, where that has taken over.'),
  provider_job_id: z.string().nullable(),
  provider_page: z
    .string()
    .nullable()
    .describe('Where a person sees it at the provider; null where that has no such page.')
    .meta({ examples: ['https://replicate.com/p/rrr4z55ocneqzikepnug6xezpe'] }),
  error_class: z.string().nullable(),
  billed: z.string().nullable(),
  cost: z.string().nullable(),
  sha256: sha256.nullable().describe('Of the stored result, charged or not.'),
  posted_at: instant,
  resolved_at: instant.nullable(),
  stopping_since: instant
    .nullable()
    .describe(
      'It counts no more, and its provider has not been seen to stop it yet; null: nothing of it is known to run.',
    ),
});
export type InspectedAttempt = z.output<typeof attempt>;

export const inspectedOutput = z.strictObject({
  id: outputId,
  state: z.enum(OUTPUT_STATES),
  workflow_id: z.string(),
  brief: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('The brief, as the customer gave it; null where the kind has none.')
    .meta({ examples: [{ headline: 'Fresh bread, every morning' }] }),
  instruction: z.string().nullable(),
  asked: z
    .record(z.string(), z.unknown())
    .describe(
      'The fields of its kind that support sees (`supportFields` of the catalogue), as they were asked for.',
    ),
  reservation: z.strictObject({
    id: reservationId,
    state: z.enum(['open', 'committed', 'released']),
    amount: credits,
    committed: credits,
    released: credits,
    refunded: credits,
    return_by: instant,
    settled_at: instant.nullable(),
  }),
  attempts: listOf(attempt),
  /** Its place in the repair queue, while it has one. */
  repair: z
    .strictObject({
      why: z.string(),
      tries: z.int().min(1),
      first_seen_at: instant,
      last_seen_at: instant,
    })
    .nullable(),
  /** Null once it is settled. */
  next_automatic_action: z
    .strictObject({
      action: z.enum(['stop_and_return', 'reconciler_returns']),
      at: instant,
      detail: z.string(),
    })
    .nullable(),
});
export type InspectedOutput = z.output<typeof inspectedOutput>;

/** An action of an operator, with who and why. */
export const operatorAction = z.strictObject({
  at: instant,
  actor: z.string(),
  action: z.string(),
  reason: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** The same in the record of an account. */
export const accountAction = operatorAction.extend({
  id: z
    .string()
    .describe('Its number, which counts up.')
    .meta({ examples: ['1041'] }),
});
export type AccountAction = z.output<typeof accountAction>;
export const accountActionsQuery = z.strictObject({ ...pageParameters });
export const accountActionPage = pageOf(accountAction);

/** All that is on record of a job. */
export const inspection = z.strictObject({
  account_id: accountId,
  job,
  model: z.string(),
  provider: z.string(),
  workflow: z
    .strictObject({ id: z.string(), state: z.enum(['running', 'not_running', 'unknown']) })
    .describe('Of the job as a whole; unknown where Temporal does not answer.'),
  answers: z
    .strictObject({
      charged: z
        .string()
        .describe('Whether it was charged, in a sentence.')
        .meta({ examples: ['Yes: 35 credits.'] }),
      output: z
        .string()
        .describe('Whether there is an output.')
        .meta({ examples: ['Yes: it was delivered.'] }),
      tried: z
        .string()
        .describe('What was tried.')
        .meta({ examples: ['1 attempt at local: it delivered its result.'] }),
    })
    .describe('What a customer asks support of a job, a sentence each.'),
  possible_commands: listOf(
    z.strictObject({
      command: z
        .enum(COMMAND_NAMES)
        .describe('What it is called in the path.')
        .meta({ examples: ['restart'] }),
      attempt: z
        .string()
        .nullable()
        .describe('The attempt that it is about, by its reference; null: the job as a whole.')
        .meta({ examples: ['att_0123456789abcdef_render_1'] }),
    }),
  ).describe('What support can do to it as it stands. `dry_run` of a command says what it would do.'),
  outputs: listOf(inspectedOutput),
  actions: listOf(operatorAction),
});
export type Inspection = z.output<typeof inspection>;

export const repairsQuery = z.strictObject({
  state: z
    .enum(['open', 'resolved'])
    .default('open')
    .describe('Whether the reservation still waits for a settlement, or has had one since.'),
  ...pageParameters,
});

/** A reservation that the reconciler could not settle by itself. */
export const repair = z.strictObject({
  account_id: accountId,
  reservation_id: reservationId,
  job_id: jobId.nullable(),
  output_id: outputId.nullable(),
  credits,
  return_by: instant,
  why: z.string(),
  tries: z.int().min(1),
  first_seen_at: instant,
  last_seen_at: instant,
  resolved_at: instant.nullable().describe('When it was settled after all; null while it is not.'),
});
export type Repair = z.output<typeof repair>;

export const repairPage = pageOf(repair);

export const preview = z.strictObject({
  would: listOf(z.string())
    .describe('What it would do, a sentence each.')
    .meta({ examples: [['returns 35 credits to the plan grant, which ends 30 Nov 2026']] }),
  possible: z.boolean().describe('Whether it would be done now.'),
  reason: z
    .string()
    .nullable()
    .describe('Why it would not, as the `reason` of the refusal; null where it is possible.')
    .meta({ examples: ['job_ended'] }),
  detail: z
    .string()
    .nullable()
    .describe('The same in words, with what can be done; null where it is possible.'),
  as_of: z
    .string()
    .optional()
    .describe(
      'Up to where the record of the account was read: sent back with the call, the second of two people is refused.',
    )
    .meta({ examples: ['1041'] }),
});
export type Preview = z.output<typeof preview>;

const MAX_SEARCH = 200;

export const searchQuery = z.strictObject({
  q: requestText({ max: MAX_SEARCH })
    .describe(
      'An id of anything, what a provider calls its job, or an account’s reference or the beginning of its name.',
    )
    .meta({ examples: ['job_01h455vb4pex5vsknk084sn02q'] }),
});

export const searchResult = z.strictObject({
  type: z
    .enum([
      'account',
      'job',
      'output',
      'attempt',
      'provider_job',
      'reservation',
      'grant',
      'entry',
      'quote',
      'webhook_endpoint',
      'review',
      'key',
    ])
    .describe('What it is.'),
  id: z.string(),
  account_id: accountId.nullable().describe('Whose it is; null: the platform’s.'),
  job_id: jobId.nullable().describe('The job that it is of; null where it is of none.'),
  label: z
    .string()
    .describe('A few words on it, for a list.')
    .meta({ examples: ['static_ad, succeeded'] }),
});
export type SearchResult = z.output<typeof searchResult>;

export const searchPage = pageOf(searchResult);
