import type { Client } from '@temporalio/client';
import { fingerprintJson, jobIdOf } from '../contract/derived-ids.ts';
import { isAccountId } from '../domain/ids.ts';
import { DEFAULT_TASK_QUEUE } from '../domain/work/workflow-names.ts';
import type { JobRequest } from '../domain/work/job-request.ts';
import type { FieldError } from '../contract/shapes/problem-shape.ts';
import { priceListFor } from '../domain/prices/price-list.ts';
import { creditsIfKnown } from '../domain/prices/quote.ts';
import { ADOPTER_TOOLS, superscaleCatalogue, type CatalogueFile } from '../catalogue/adopter-tools.ts';
import type { Catalogue } from '../contract/defined-catalogue.ts';
import { parseJobRequest, type RequestRules } from '../contract/job-request/parse-job-request.ts';
import { providersFor } from '../domain/work/models.ts';
import { isIdempotencyKey } from '../contract/idempotency-key.ts';
import { createCancelJob, type CancelOutcome } from './cancel-job.ts';
import { awaitJobResult, type JobResult } from './job-result.ts';
import { requireOwnClient } from './require-own-client.ts';
import { createStartJob, type StartOutcome } from './start-job.ts';

/** Names a job by its account and key, from which its id is derived: one account cannot name another's job. */
export type OwnedJob = { readonly accountId: string; readonly idempotencyKey: string };

export type ClientStartOutcome =
  | (Exclude<StartOutcome, { readonly outcome: 'reserved' }> & { readonly jobId: string })
  | (Extract<StartOutcome, { readonly outcome: 'reserved' }> & {
      readonly jobId: string;
      readonly handle: JobHandle;
    })
  /** Nothing was sent. */
  | { readonly outcome: 'invalid'; readonly errors: readonly FieldError[] }
  | (Unexpected & { readonly jobId: string });

/** A job that was admitted. */
export type JobHandle = {
  readonly jobId: string;
  /** Waits for the end; returns how it ended, with its outputs. */
  result(options?: WaitOptions): Promise<JobResult | Unexpected>;
  /** Asks for a cancel; `result` returns what came of it. */
  cancel(): Promise<CancelOutcome>;
};

export type WaitOptions = { readonly timeoutMs?: number };

/** Temporal refused for a reason of its own (a namespace, a permission): whether the job was started is not known. */
export type Unexpected = { readonly outcome: 'unavailable'; readonly error: unknown };

/**
 * Holdfast for a backend with a Temporal connection: the same admission as over HTTP. Every outcome is a value: no call
 * throws.
 */
export type HoldfastClient = {
  /** Admits and starts a job; the same key and request have the same result forever. Returns within 10 s. */
  start(job: OwnedJob & { readonly request: JobRequest }): Promise<ClientStartOutcome>;
  /** Waits for a job to end. */
  wait(job: OwnedJob, options?: WaitOptions): Promise<JobResult | Unexpected>;
  /** Asks for a cancel. Returns when it is asked for, not when it is done; `wait` returns the end. */
  cancel(job: OwnedJob): Promise<CancelOutcome>;
};

/** The longest timer of Node. */
const MAX_WAIT_MS = 2 ** 31 - 1;
/** Longer than the longest deadline of our models (1 h), so that a wait without a limit sees the end. */
const DEFAULT_WAIT_MS = 2 * 3_600_000;

/** Throws ForeignTemporalClientError when `client` is not of this package's copy of @temporalio/client. */
export function createHoldfastClient(temporal: {
  readonly client: Client;
  /** The workers' task queue; absent: their default. */
  readonly taskQueue?: string;
  /** The export of the workers' catalogue file; absent: the shipped catalogue. */
  readonly catalogue?: CatalogueFile;
}): HoldfastClient {
  requireOwnClient(temporal.client);
  const { client, taskQueue = DEFAULT_TASK_QUEUE } = temporal;
  const catalogue = (temporal.catalogue ?? superscaleCatalogue)(ADOPTER_TOOLS);
  const rules = rulesOf(catalogue);
  const startJob = createStartJob({
    client,
    taskQueue,
    offer: { models: catalogue.models, providers: rules.providers },
  });
  const cancelJob = createCancelJob(temporal.client);
  const idOf = (job: OwnedJob) => jobIdOf(job.accountId, job.idempotencyKey);

  const holdfast: HoldfastClient = {
    async start(asked) {
      const faults = faultsOf(asked);
      if (faults.length > 0) return { outcome: 'invalid', errors: faults };
      const { request, ...job } = asked;
      const body = jsonOf(request);
      const parsed = parseJobRequest(body, rules);
      if (!parsed.ok) return { outcome: 'invalid', errors: parsed.errors };
      const jobId = idOf(job);
      try {
        const outcome = await startJob({
          accountId: job.accountId,
          jobId,
          body: body as Readonly<Record<string, unknown>>,
          fingerprint: fingerprintJson(body as Readonly<Record<string, unknown>>),
          request: parsed.request,
          credits: creditsIfKnown(parsed.request, {
            kinds: catalogue.kinds,
            priceList: priceListFor(catalogue.priceLists, null),
          }),
        });
        if (outcome.outcome !== 'reserved') return { ...outcome, jobId };
        return { ...outcome, jobId, handle: handleOf(job, jobId) };
      } catch (error) {
        return { outcome: 'unavailable', error, jobId };
      }
    },

    async wait(job, options = {}) {
      if (faultsOf(job).length > 0) return { outcome: 'not_found' };
      try {
        return await awaitJobResult(temporal.client, idOf(job), waitMs(options.timeoutMs));
      } catch (error) {
        return { outcome: 'unavailable', error };
      }
    },

    async cancel(job) {
      if (faultsOf(job).length > 0) return 'not_running';
      try {
        return (await cancelJob(idOf(job), 'customer')).outcome;
      } catch {
        return 'unavailable';
      }
    },
  };

  function handleOf(job: OwnedJob, jobId: string): JobHandle {
    return {
      jobId,
      result: (options) => holdfast.wait(job, options),
      cancel: () => holdfast.cancel(job),
    };
  }

  return holdfast;
}

/** Refuses only what no deployment would take: which kinds and models a deployment has is for its workers to say. */
function rulesOf(catalogue: Catalogue): RequestRules {
  const providers = catalogue.models.flatMap((model) =>
    Object.keys(model.makes).flatMap((kind) => providersFor(model, kind)),
  );
  return {
    catalogue,
    providers: [...new Set(providers)],
    allowsTestScenarios: true,
    allowsLocalAssetUrls: true,
  };
}

/** The faults of an account id or a key: a caller in JavaScript may pass anything. */
function faultsOf(
  job: Readonly<Partial<Record<keyof OwnedJob, unknown>>> | null | undefined,
): readonly FieldError[] {
  const { accountId, idempotencyKey } = job ?? {};
  const faults: FieldError[] = [];
  if (typeof accountId !== 'string' || !isAccountId(accountId)) {
    faults.push({ pointer: '', code: 'account_id', detail: 'accountId is the id of an account: acct_….' });
  }
  if (typeof idempotencyKey !== 'string' || !isIdempotencyKey(idempotencyKey)) {
    const detail = 'An idempotency key is 1 to 255 printable ASCII characters.';
    faults.push({ pointer: '', code: 'idempotency_key', detail });
  }
  return faults;
}

/** The request as JSON, without undefined fields: the fingerprint is of what is sent. Undefined: it has no JSON. */
function jsonOf(request: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(request));
  } catch {
    return undefined;
  }
}

/** A limit that a timer can hold; one that is not a number is no limit. */
function waitMs(asked: number | undefined): number {
  if (asked === undefined || Number.isNaN(asked)) return DEFAULT_WAIT_MS;
  return Math.min(Math.max(asked, 0), MAX_WAIT_MS);
}
