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
  model: z
    .string()
    .describe('The name of the model at the provider: that of the fallback, if it has taken over.'),
  provider_job_id: z.string().nullable(),
  provider_page: z
    .string()
    .nullable()
    .describe('Its page at the provider, for people; null: the provider has none.')
    .meta({ examples: ['https://replicate.com/p/rrr4z55ocneqzikepnug6xezpe'] }),
  error_class: z.string().nullable(),
  billed: z
    .enum(['yes', 'no', 'unknown'])
    .nullable()
    .describe('Whether the provider charges for it, by its bill or else by its word; null: it has not said.'),
  cost: z.string().nullable(),
  sha256: sha256.nullable().describe('The SHA-256 of the stored result, charged or not.'),
  posted_at: instant,
  resolved_at: instant.nullable(),
  stopping_since: instant
    .nullable()
    .describe(
      'Since when its result no longer counts, without a sign that its provider has stopped it; null: as far as known, nothing of it runs.',
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
    .describe('The brief as the customer wrote it; null: the kind has none.')
    .meta({ examples: [{ headline: 'Fresh bread, every morning' }] }),
  instruction: z.string().nullable(),
  asked: z
    .record(z.string(), z.unknown())
    .describe('The requested values of the fields that support sees (`supportFields` of the catalogue).'),
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
  /** Its entry in the repair queue; null: it has none. */
  repair: z
    .strictObject({
      why: z.string(),
      tries: z.int().min(1),
      first_seen_at: instant,
      last_seen_at: instant,
    })
    .nullable(),
  /** Null: its reservation is settled. */
  next_automatic_action: z
    .strictObject({
      action: z.enum(['stop_and_return', 'reconciler_returns']),
      at: instant,
      detail: z.string(),
    })
    .nullable(),
});
export type InspectedOutput = z.output<typeof inspectedOutput>;

/** An action of an operator: who did it, and why. */
export const operatorAction = z.strictObject({
  at: instant,
  actor: z.string(),
  action: z.string(),
  reason: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** An action in the record of an account. */
export const accountAction = operatorAction.extend({
  id: z
    .string()
    .describe('Its number, which counts up.')
    .meta({ examples: ['1041'] }),
});
export type AccountAction = z.output<typeof accountAction>;
export const accountActionsQuery = z.strictObject({ ...pageParameters });
export const accountActionPage = pageOf(accountAction);

/** Everything that is recorded about a job. */
export const inspection = z.strictObject({
  account_id: accountId,
  job,
  model: z.string(),
  provider: z.string(),
  retry_of: z
    .string()
    .startsWith('rev_')
    .nullable()
    .describe('The report whose decision had it made again for free; null: it is no free retry.')
    .meta({ examples: [null] }),
  workflow: z
    .strictObject({ id: z.string(), state: z.enum(['running', 'not_running', 'unknown']) })
    .describe('The workflow of the job as a whole; `unknown`: Temporal does not respond.'),
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
    .describe('Answers to what customers ask about a job, a sentence each.'),
  possible_commands: listOf(
    z.strictObject({
      command: z
        .enum(COMMAND_NAMES)
        .describe('Its name in the path.')
        .meta({ examples: ['restart'] }),
      attempt: z
        .string()
        .nullable()
        .describe('The reference of the attempt that it is about; null: the job as a whole.')
        .meta({ examples: ['att_0123456789abcdef_render_1'] }),
      output_ids: listOf(outputId).describe(
        'The outputs that it can be limited to, one at a time; empty: it is about the job as a whole.',
      ),
    }),
  ).describe('The commands that support can apply now. With `dry_run` a command returns what it would do.'),
  attempts: z.int().min(0).describe('The number of attempts of all outputs.'),
  provider_cost: z
    .string()
    .nullable()
    .describe('What its billed attempts cost, as far as it is known; null: of none it is known.'),
  outputs: listOf(inspectedOutput),
  actions: listOf(operatorAction),
});
export type Inspection = z.output<typeof inspection>;

export const repairsQuery = z.strictObject({
  state: z
    .enum(['open', 'resolved'])
    .default('open')
    .describe('Whether the reservation still waits for its settlement, or has been settled since.'),
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
  resolved_at: instant.nullable().describe('When it was settled; null: it is not.'),
});
export type Repair = z.output<typeof repair>;

export const repairPage = pageOf(repair);

export const preview = z.strictObject({
  would: listOf(z.string())
    .describe('What the call would do, a sentence each.')
    .meta({ examples: [['returns 35 credits to the plan grant, which ends 30 Nov 2026']] }),
  possible: z.boolean().describe('Whether the call would succeed now.'),
  reason: z
    .string()
    .nullable()
    .describe('The `reason` of the refusal; null: it is possible.')
    .meta({ examples: ['job_ended'] }),
  detail: z.string().nullable().describe('The reason in words, with what can be done; null: it is possible.'),
  as_of: z
    .string()
    .optional()
    .describe(
      'Up to where the record of the account was read. Send it back with the call: if two people act, the second one is refused.',
    )
    .meta({ examples: ['1041'] }),
});
export type Preview = z.output<typeof preview>;

const MAX_SEARCH = 200;

export const searchQuery = z.strictObject({
  q: requestText({ max: MAX_SEARCH })
    .describe('Any id, a provider’s id of a job, an account’s reference, or the beginning of its name.')
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
    .describe('The type of what was found.'),
  id: z.string(),
  account_id: accountId.nullable().describe('The account that it belongs to; null: the platform.'),
  job_id: jobId.nullable().describe('The job that it belongs to; null: none.'),
  label: z
    .string()
    .describe('A short description for lists.')
    .meta({ examples: ['static_ad, succeeded'] }),
});
export type SearchResult = z.output<typeof searchResult>;

export const searchPage = pageOf(searchResult);
