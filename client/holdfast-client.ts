import type { Client } from '@temporalio/client';
import { jobIdOf } from '../domain/job-id.ts';
import type { JobRequest } from '../domain/job-request.ts';
import type { FieldError } from '../domain/problems.ts';
import { creditsIfKnown } from '../domain/quote.ts';
import { fingerprintRequest } from '../jobs/fingerprint-request.ts';
import { isIdempotencyKey } from '../jobs/idempotency-key.ts';
import { parseJobRequest } from '../jobs/parse-job-request.ts';
import { createCancelJob, type CancelOutcome } from './cancel-job.ts';
import { awaitJobResult, type JobResult } from './job-result.ts';
import { createStartJob, type StartOutcome } from './start-job.ts';

/** A job by what its owner knows of it. The job id is derived from both, so one account cannot name another's job. */
export type OwnedJob = { readonly accountId: string; readonly idempotencyKey: string };

export type ClientStartOutcome =
  | (StartOutcome & { readonly jobId: string })
  /** Nothing was sent. */
  | { readonly outcome: 'invalid'; readonly errors: readonly FieldError[] };

/** Holdfast for a backend that has a Temporal connection: the same admission as over HTTP, without the HTTP. */
export type HoldfastClient = {
  /** Admits and starts a job; the same key and request answer the same for ever. Answers within 10 s. */
  start(job: OwnedJob & { readonly request: JobRequest }): Promise<ClientStartOutcome>;
  /** Waits for a job to end. */
  wait(job: OwnedJob, options?: { readonly timeoutMs?: number }): Promise<JobResult>;
  /** The customer's cancel. Answers once it is asked for, not once it is done: `wait` tells. */
  cancel(job: OwnedJob): Promise<CancelOutcome>;
};

/** Longer than any deadline a model of ours has (1 h), so that a wait without a limit of its own sees the end. */
const DEFAULT_WAIT_MS = 2 * 3_600_000;

export function createHoldfastClient(temporal: {
  readonly client: Client;
  readonly taskQueue: string;
}): HoldfastClient {
  const startJob = createStartJob(temporal);
  const cancelJob = createCancelJob(temporal.client);
  const idOf = (job: OwnedJob) => jobIdOf(job.accountId, job.idempotencyKey);

  return {
    async start({ request, ...job }) {
      if (!isIdempotencyKey(job.idempotencyKey)) {
        const detail = 'An idempotency key is 1 to 255 printable ASCII characters.';
        return { outcome: 'invalid', errors: [{ pointer: '', code: 'idempotency_key', detail }] };
      }
      // What travels is JSON: undefined fields are gone there, and the fingerprint is of what travels.
      const body: unknown = JSON.parse(JSON.stringify(request));
      const parsed = parseJobRequest(body);
      if (!parsed.ok) return { outcome: 'invalid', errors: parsed.errors };
      const jobId = idOf(job);
      const outcome = await startJob({
        accountId: job.accountId,
        jobId,
        body: body as Readonly<Record<string, unknown>>,
        fingerprint: fingerprintRequest(body as Readonly<Record<string, unknown>>),
        request: parsed.request,
        credits: creditsIfKnown(parsed.request),
      });
      return { ...outcome, jobId };
    },

    wait: (job, options = {}) =>
      awaitJobResult(temporal.client, idOf(job), options.timeoutMs ?? DEFAULT_WAIT_MS),

    cancel: async (job) => (await cancelJob(idOf(job), 'customer')).outcome,
  };
}
