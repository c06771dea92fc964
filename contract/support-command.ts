import { z } from 'zod';
import { isOutputId, MAX_PROVIDER_JOB_ID } from '../domain/ids.ts';
import type { SupportRefusal } from '../domain/support/support-rules.ts';
import { parseInstant } from '../domain/parse-value.ts';
import { creditsField, previewFields, reasonField } from './shapes/body-fields.ts';
import { requestText } from './job-request/request-text.ts';

/**
 * The support commands, in the words of the wire: one value from the HTTP API, the command line and Temporal UI to
 * PostgreSQL.
 */

/** The longest name of an attempt: longer than our references. */
const MAX_REFERENCE = 200;
const MAX_ATTEMPT = 1_000_000;

/** An attempt by its number, if the job has one such attempt, or by its reference. */
const attempt = z.union([
  z.int().min(1).max(MAX_ATTEMPT),
  z
    .string()
    .regex(/^att_\w+$/, { error: 'An attempt: its number, or its reference att_….' })
    .max(MAX_REFERENCE),
]);
const output = z
  .string()
  .refine(isOutputId, { params: { code: 'not_an_output' }, error: 'An output id: out_….' });

/** As sent: another form of the same instant is other content under the key. */
const time = z.string().refine((text) => parseInstant(text) !== null, {
  params: { code: 'not_a_time' },
  error: 'A time as RFC 3339 writes it, e.g. 2026-01-31T12:00:00Z.',
});

/** A command's arguments and reason: the body of its HTTP call. */
const asked = <const Name extends string, Shape extends z.ZodRawShape>(command: Name, shape: Shape) =>
  z
    .strictObject({
      reason: reasonField,
      ...previewFields,
      ...shape,
    })
    .transform((body) => ({ command, ...body }));

/** The schema of each command's body. */
export const SUPPORT_BODIES = {
  /** Returns the reserved credits now. */
  release: asked('release', {}),
  /** Gives committed credits back: by default all that is left, of the whole job. */
  refund: asked('refund', { credits: creditsField.optional(), output_id: output.optional() }),
  /** Gives the job until a later instant. */
  extend: asked('extend', { until: time }),
  /** Makes a new attempt in place of an accepted one. */
  restart: asked('restart', { from_attempt: attempt }),
  /** Says what came of an unknown attempt. */
  resolve: asked('resolve', {
    outcome: z.enum(['ran', 'did_not_run']),
    attempt: attempt.optional(),
    provider_job_id: requestText({ max: MAX_PROVIDER_JOB_ID })
      .optional()
      .describe('Of one that ran, where support knows it; else the provider is asked for it.'),
  }),
};

export type SupportCommandName = keyof typeof SUPPORT_BODIES;
export type AttemptName = z.output<typeof attempt>;

/** A parsed body, with the command's name. */
export type SupportBodyOf<Name extends SupportCommandName> = Readonly<
  Omit<z.output<(typeof SUPPORT_BODIES)[Name]>, keyof typeof previewFields>
>;
export type SupportBody = { [Name in SupportCommandName]: SupportBodyOf<Name> }[SupportCommandName];

/** A support command: what to do and why, for which job, by whom, and under which key. */
export type SupportCommandOf<Name extends SupportCommandName> = SupportBodyOf<Name> & {
  readonly job_id: string;
  readonly key: string;
  readonly actor: string;
};
export type SupportCommand = { [Name in SupportCommandName]: SupportCommandOf<Name> }[SupportCommandName];

/** The body of a command's HTTP call, as it is sent. */
export function sentBodyOf(command: SupportCommand): Readonly<Record<string, unknown>> {
  const { command: _command, job_id: _jobId, key: _key, actor: _actor, ...body } = command;
  return body;
}

/** The effect of a command, from PostgreSQL. Its fields depend on the command. */
export type CommandDone = {
  readonly outcome: 'done';
  /** The outputs whose workflows must be told. */
  readonly output_ids?: readonly string[];
  readonly output_id?: string;
  readonly return_by?: string;
  /** The reference of the attempt. */
  readonly attempt?: string;
  readonly credits?: number;
  readonly refunds?: readonly { readonly output_id: string; readonly credits: number }[];
};

/** The outcome of a command. Done and refused are on record under the key; the others are not. */
export type CommandAnswer =
  | CommandDone
  | { readonly outcome: 'refused'; readonly reason: SupportRefusal }
  | { readonly outcome: 'not_found'; readonly what: string }
  | { readonly outcome: 'invalid'; readonly pointer: string; readonly code: string }
  /** The key belongs to other content. */
  | { readonly outcome: 'key_reused' }
  /** This output's workflow must resolve it: it runs, and can ask the provider. */
  | {
      readonly outcome: 'look_up';
      readonly output_id: string;
      readonly attempt: string;
      readonly provider: string;
    };
