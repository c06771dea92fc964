import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OutputStatus } from '../domain/support/current-details.ts';
import type { Failure, FailureCode } from '../domain/work/failures.ts';
import type { OutputCounts, OutputState } from '../domain/work/job-state.ts';
import type { FieldError, ReachedLimit } from './shapes/problem-shape.ts';
import type { CommandDone, SupportCommandName, SupportCommandOf } from './support-command.ts';

/**
 * The messages to workflows, and their results. The API, the client and the reconciler know a job's workflow by
 * this file alone. Only plain JSON: no bigint, no Date.
 */

/** Makes one output: of a job with one it is the job's workflow, else a child of `batch`. */
export const GENERATION_WORKFLOW = 'generation';

/** Makes the outputs of a job with several. */
export const BATCH_WORKFLOW = 'batch';

/** Temporal's visibility query for jobs alone: most workflows of a quiet system are runs of our own schedules. */
export const JOBS_ONLY_QUERY = `WorkflowType IN ('${GENERATION_WORKFLOW}', '${BATCH_WORKFLOW}')`;

/** Of a workflow task whose worker died: half the default, so that a job goes on within seconds. Tasks take milliseconds. */
export const WORKFLOW_TASK_TIMEOUT_MS = 5_000;

/** Start and answer are one round trip; the id is fixed, so that a repeated start attaches to the first admission. */
export const ADMIT_UPDATE_ID = 'admit';

export type GenerationStart = {
  readonly accountId: string;
  readonly jobId: string;
  /** The body as the customer sent it; admit parses it again and never believes a price in it. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Of the request as sent. Temporal returns the first request's outcome to a second one under the same id: the caller compares. */
  readonly fingerprint: string;
  /** Past this instant, by the database's clock, admission is refused. RFC 3339. */
  readonly admitBy: string;
  /** How many outputs the request makes, so that their reservations can be named before it is read again. */
  readonly outputCount: number;
  /** Made for each call that starts a job: the admission says whose start it was that ran. Absent: a start that our client did not send. */
  readonly startId?: string;
};

/** One output of a job with several: by id only, for the request is in PostgreSQL. */
export type OutputStart = {
  readonly accountId: string;
  readonly outputId: string;
};

/** A start not admitted within this long is refused for good. */
export const ADMIT_WITHIN_SECONDS = 60;

type RefusalCode =
  | 'insufficient_credits'
  | 'limit_exceeded'
  | 'account_frozen'
  | 'rate_limited'
  | 'price_changed'
  | 'job_in_doubt'
  | 'not_found'
  | 'state_conflict'
  | 'invalid_request';

/** The answer to a start. A business outcome is a value: an update never throws for one. */
export type Admission =
  | { readonly outcome: 'reserved'; readonly fingerprint: string; readonly credits: number }
  | {
      readonly outcome: 'refused';
      readonly fingerprint: string;
      readonly code: RefusalCode;
      /** Finer than the code, stable: quote_expired, over_max_credits, not_admitted_in_time, … */
      readonly reason: string;
      readonly required?: number;
      readonly available?: number;
      readonly reserved?: number;
      /** The cap that would be exceeded, for limit_exceeded and rate_limited. */
      readonly limit?: ReachedLimit | null;
      /** The stuck job, for job_in_doubt. */
      readonly job_id?: string;
      readonly errors?: readonly FieldError[];
    };

/**
 * Nothing was reserved by this start. With the admission that stands on record, for who asks once the workflow has closed: the
 * update that was sent with the start may never have reached it.
 */
type RefusedResult = {
  readonly outcome: 'refused';
  readonly credits: 0;
  readonly admission: Admission;
};

/** The file of an output that was delivered, as the HTTP API names its parts. */
export type OutputContent = {
  readonly sha256: string;
  readonly content_type: string;
  readonly bytes: number;
};

/** How one output of several ended. */
export type EndedOutput = {
  readonly id: string;
  readonly item: number;
  readonly variation: number;
  readonly state: OutputState;
  /** Its price. Null: of one that was canceled alone, of which Temporal keeps no more than that. */
  readonly credits: number | null;
  readonly failure: Failure | null;
} & { readonly [Part in keyof OutputContent]: OutputContent[Part] | null };

/** With the failure as which the workflow of an output that was not delivered closes. */
export type ReleasedDetails = { readonly credits: number; readonly failure: Failure | null };

/** How a job with several outputs came out. Credits are of all of them together. */
export type BatchResult =
  | RefusedResult
  | (OutputCounts & {
      readonly outcome: 'succeeded' | 'partially_succeeded' | 'failed' | 'canceled' | 'running';
      /** Of a failed one: why the first of its outputs that failed did. */
      readonly code: FailureCode | null;
      /** Charged. */
      readonly credits: number;
      readonly returned: number;
      /** "18 of 20 delivered, 70 credits returned". */
      readonly summary: string;
      /** Each output; null while one of them has not ended. */
      readonly each: readonly EndedOutput[] | null;
    });

export type GenerationResult =
  | RefusedResult
  | {
      readonly outcome: 'succeeded';
      readonly credits: number;
      readonly content: OutputContent | null;
    };

/** With the id of the start that ran: anyone else who is answered so was second, at whatever API process. */
export type AdmissionAnswer = Admission & { readonly startId: string | null };

export const admitUpdate = defineUpdate<AdmissionAnswer>('admit');

export type CancelRequest = {
  /** A customer's cancel of a job that runs as expected is theirs; of a stuck one it counts as ours. */
  readonly by: 'customer' | 'support';
};

export const cancelSignal = defineSignal<[CancelRequest]>('cancel');

/**
 * A command of support has been applied to the job in PostgreSQL: the workflow reads there how its output stands now. The name is for
 * the reader of the history. Told twice is told once, and told what was not done changes nothing.
 */
export type CommandApplied = { readonly command: SupportCommandName };

/** The clock of a test account was asked to be moved on. */
export const clockAskedSignal = defineSignal('clock_asked');

export const commandAppliedSignal = defineSignal<[CommandApplied]>('command_applied');

/**
 * A command as Temporal UI sends it, in the words of the HTTP API. `key` is there for the API, which passes on its own caller's; else
 * the update's id is the key.
 */
export type SupportUpdate<Name extends SupportCommandName> = Omit<
  SupportCommandOf<Name>,
  'command' | 'job_id' | 'key'
> & { readonly key?: string | undefined };

export const releaseUpdate = defineUpdate<CommandDone, [SupportUpdate<'release'>]>('release');
export const extendUpdate = defineUpdate<CommandDone, [SupportUpdate<'extend'>]>('extend');
export const restartUpdate = defineUpdate<CommandDone, [SupportUpdate<'restart'>]>('restart');
export const resolveUpdate = defineUpdate<CommandDone, [SupportUpdate<'resolve'>]>('resolve');

/** How an output stands, while its workflow runs. */
export const statusQuery = defineQuery<OutputStatus>('status');
