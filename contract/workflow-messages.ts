import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OutputStatus } from '../domain/support/current-details.ts';
import type { Failure, FailureCode } from '../domain/work/failures.ts';
import type { OutputCounts, OutputState } from '../domain/work/job-state.ts';
import type { FieldError, ReachedLimit } from './shapes/problem-shape.ts';
import type { CommandDone, SupportCommandName, SupportCommandOf } from './support-command.ts';

/**
 * The messages to workflows and their results: all that the API, the client and the reconciler know of a job's
 * workflow. Plain JSON: no bigint, no Date.
 */

/** Makes one output. Of a job with one output it is the job's workflow, else a child of `batch`. */
export const GENERATION_WORKFLOW = 'generation';

/** The workflow of a job with several outputs. */
export const BATCH_WORKFLOW = 'batch';

/** Temporal's visibility query for jobs alone: on a quiet system most workflows belong to our schedules. */
export const JOBS_ONLY_QUERY = `WorkflowType IN ('${GENERATION_WORKFLOW}', '${BATCH_WORKFLOW}')`;

/**
 * The workflow task timeout: half the default, so that a job of a dead worker goes on within seconds. Tasks take
 * milliseconds.
 */
export const WORKFLOW_TASK_TIMEOUT_MS = 5_000;

/** Start and answer are one round trip; the fixed id lets a repeated start attach to the first admission. */
export const ADMIT_UPDATE_ID = 'admit';

export type GenerationStart = {
  readonly accountId: string;
  readonly jobId: string;
  /** The body as sent. Admission parses it again and never believes a price in it. */
  readonly request: Readonly<Record<string, unknown>>;
  /**
   * The fingerprint of the request as sent. A second start under the same id gets the first one's outcome: the caller
   * compares.
   */
  readonly fingerprint: string;
  /** Admission is refused after this instant, by the database's clock. RFC 3339. */
  readonly admitBy: string;
  /** The number of outputs, so that their reservations can be named before the request is parsed again. */
  readonly outputCount: number;
  /** A random id per start: the admission says which start ran. Absent: the start is not from our client. */
  readonly startId?: string;
};

/** One output of a job with several, by its id: the request is in PostgreSQL. */
export type OutputStart = {
  readonly accountId: string;
  readonly outputId: string;
};

/** A start that is not admitted within this time is refused for good. */
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

/** The outcome of a start. Business outcomes are values: the update never throws for one. */
export type Admission =
  | { readonly outcome: 'reserved'; readonly fingerprint: string; readonly credits: number }
  | {
      readonly outcome: 'refused';
      readonly fingerprint: string;
      readonly code: RefusalCode;
      /** A stable reason, finer than the code: quote_expired, over_max_credits, not_admitted_in_time, … */
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
 * Nothing was reserved by this start. With the recorded admission, for callers after the workflow has closed: the
 * update that came with the start may never have arrived.
 */
type RefusedResult = {
  readonly outcome: 'refused';
  readonly credits: 0;
  readonly admission: Admission;
};

/** The file of a delivered output, with the HTTP API's names. */
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
  /** Its price. Null: it was canceled alone, and Temporal keeps no more. */
  readonly credits: number | null;
  readonly failure: Failure | null;
} & { readonly [Part in keyof OutputContent]: OutputContent[Part] | null };

/** The details of the failure with which the workflow of an undelivered output closes. */
export type ReleasedDetails = { readonly credits: number; readonly failure: Failure | null };

/** How a job with several outputs ended. Credits are sums. */
export type BatchResult =
  | RefusedResult
  | (OutputCounts & {
      readonly outcome: 'succeeded' | 'partially_succeeded' | 'failed' | 'canceled' | 'running';
      /** Of a failed job: the code of its first failed output. */
      readonly code: FailureCode | null;
      /** Charged. */
      readonly credits: number;
      readonly returned: number;
      /** "18 of 20 delivered, 70 credits returned". */
      readonly summary: string;
      /** Each output; null: one of them has not ended. */
      readonly each: readonly EndedOutput[] | null;
    });

export type GenerationResult =
  | RefusedResult
  | {
      readonly outcome: 'succeeded';
      readonly credits: number;
      readonly content: OutputContent | null;
    };

/** With the id of the start that ran. A start that gets another start's id is a repeat, at any API process. */
export type AdmitUpdateResult = Admission & { readonly startId: string | null };

export const admitUpdate = defineUpdate<AdmitUpdateResult>('admit');

export type CancelRequest = {
  /** A customer's cancel counts as theirs while the job runs as expected, and as ours once it is stuck. */
  readonly by: 'customer' | 'support';
};

export const cancelSignal = defineSignal<[CancelRequest]>('cancel');

/**
 * A support command was applied in PostgreSQL: the workflow reads its output's record there. The command's name is for
 * readers of the history. A repeated or a false signal changes nothing.
 */
export type CommandApplied = { readonly command: SupportCommandName };

/** A test account's clock was asked to be moved. */
export const clockAskedSignal = defineSignal('clock_asked');

export const commandAppliedSignal = defineSignal<[CommandApplied]>('command_applied');

/**
 * A command as sent from Temporal UI, in the HTTP API's words. `key` is for the API, which passes its caller's;
 * otherwise the update's id is the key.
 */
export type SupportUpdate<Name extends SupportCommandName> = Omit<
  SupportCommandOf<Name>,
  'command' | 'job_id' | 'key'
> & { readonly key?: string | undefined };

export const releaseUpdate = defineUpdate<CommandDone, [SupportUpdate<'release'>]>('release');
export const extendUpdate = defineUpdate<CommandDone, [SupportUpdate<'extend'>]>('extend');
export const restartUpdate = defineUpdate<CommandDone, [SupportUpdate<'restart'>]>('restart');
export const resolveUpdate = defineUpdate<CommandDone, [SupportUpdate<'resolve'>]>('resolve');

/** The status of an output while its workflow runs. */
export const statusQuery = defineQuery<OutputStatus>('status');
