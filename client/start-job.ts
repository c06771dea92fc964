import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { modelFor, type Model } from '../domain/work/models.ts';
import { outputCountOf, workItemsOf } from '../domain/prices/quote.ts';
import type { SEARCH_ATTRIBUTES } from '../domain/work/workflow-names.ts';
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import { workflowIdOf } from '../domain/ids.ts';
import type { JobRequest } from '../domain/work/job-request.ts';
import {
  ADMIT_UPDATE_ID,
  ADMIT_WITHIN_SECONDS,
  admitUpdate,
  BATCH_WORKFLOW,
  GENERATION_WORKFLOW,
  WORKFLOW_TASK_TIMEOUT_MS,
  type Admission,
  type AdmitUpdateResult,
  type BatchResult,
  type GenerationResult,
  type GenerationStart,
} from '../contract/workflow-messages.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isClosed, isTemporalAway } from './temporal-trouble.ts';

/** How long a start waits for its answer. The job may be admitted later all the same. */
const START_TIMEOUT_MS = 10_000;

type JobStart = {
  readonly accountId: string;
  readonly jobId: string;
  /** The body as it was sent: admission reads it again. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly fingerprint: string;
  readonly request: JobRequest;
  /** The computed price, for support to search by; admission computes its own. */
  readonly credits: number | null;
  /** At most START_TIMEOUT_MS. */
  readonly timeoutMs?: number;
};

export type Refusal = Extract<Admission, { readonly outcome: 'refused' }>;

/** `isReplay`: the answer comes from an earlier start of the same job, by any process. */
export type StartOutcome =
  | { readonly outcome: 'reserved'; readonly credits: number; readonly isReplay: boolean }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly isReplay: boolean }
  /** The job id belongs to another request. */
  | { readonly outcome: 'key_reused' }
  /** Temporal did not respond in time: the start may or may not have arrived. The same start again finds out. */
  | { readonly outcome: 'unavailable' }
  /** A workflow of this id has closed without an answer (ended from outside, or past retention): PostgreSQL knows. */
  | { readonly outcome: 'closed' };

export type StartJob = (start: JobStart) => Promise<StartOutcome>;

/**
 * The only place where a job's workflow is started; start and answer are one round trip. A repeated start attaches to
 * the first one's admission, running or closed, so the fingerprint is always compared.
 */
export function createStartJob(temporal: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly offer: Offer;
}): StartJob {
  return async (start) => {
    const startId = randomUUID();
    try {
      const admission = await callWithin(temporal.client, start.timeoutMs ?? START_TIMEOUT_MS, () =>
        temporal.client.workflow.executeUpdateWithStart(admitUpdate, {
          startWorkflowOperation: startOperation(start, startId, temporal),
          updateId: ADMIT_UPDATE_ID,
        }),
      );
      return admission === TIMED_OUT
        ? { outcome: 'unavailable' }
        : outcomeOf(admission, start.fingerprint, startId);
    } catch (error) {
      if (isClosed(error)) return outcomeOfClosed(temporal.client, start, startId);
      if (isTemporalAway(error)) return { outcome: 'unavailable' };
      throw error;
    }
  };
}

/** The limit of the read after a start that took its whole limit: the request still ends within its 15 s. */
const READ_TIMEOUT_MS = 2_000;

/**
 * The outcome of a workflow that closed without an answer to this call. A refused one has it in its result: the first
 * start's update may have been lost before a worker came. Any other outcome is in PostgreSQL.
 */
async function outcomeOfClosed(
  client: Client,
  { jobId, fingerprint }: JobStart,
  ownStartId: string,
): Promise<StartOutcome> {
  try {
    const result = await callWithin(client, READ_TIMEOUT_MS, () =>
      client.workflow.getHandle<() => Promise<GenerationResult | BatchResult>>(workflowIdOf(jobId)).result(),
    );
    if (result === TIMED_OUT || result.outcome !== 'refused') return { outcome: 'closed' };
    return outcomeOf({ ...result.admission, startId: null }, fingerprint, ownStartId);
  } catch {
    return { outcome: 'closed' };
  }
}

function startOperation(
  start: JobStart,
  startId: string,
  { taskQueue, offer }: { readonly taskQueue: string; readonly offer: Offer },
) {
  const outputCount = outputCountOf(start.request);
  const argument: GenerationStart = {
    accountId: start.accountId,
    jobId: start.jobId,
    request: start.body,
    fingerprint: start.fingerprint,
    admitBy: new Date(Date.now() + ADMIT_WITHIN_SECONDS * 1_000).toISOString(),
    outputCount,
    startId,
  };
  const operation = new WithStartWorkflowOperation(outputCount > 1 ? BATCH_WORKFLOW : GENERATION_WORKFLOW, {
    workflowId: workflowIdOf(start.jobId),
    taskQueue,
    args: [argument],
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    // Among jobs that wait for a worker, each account gets its share.
    priority: { fairnessKey: start.accountId },
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...describeStart({ ...start, offer }),
  });
  // It rejects together with the call, which reports it; unhandled it would end the process.
  operation.workflowHandle().catch(() => undefined);
  return operation;
}

function outcomeOf(result: AdmitUpdateResult, fingerprint: string, ownStartId: string): StartOutcome {
  const { startId, ...admission } = result;
  if (admission.fingerprint !== fingerprint) return { outcome: 'key_reused' };
  const isReplay = startId !== ownStartId;
  if (admission.outcome === 'refused') return { outcome: 'refused', refusal: admission, isReplay };
  return { outcome: 'reserved', credits: admission.credits, isReplay };
}

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

const keyword = (name: AttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

const ACCOUNT = keyword('HoldfastAccount');
const KIND = keyword('HoldfastKind');
const PROVIDER = keyword('HoldfastProvider');
const MODEL = keyword('HoldfastModel');
const CREDITS = defineSearchAttributeKey('HoldfastCredits' satisfies AttributeName, SearchAttributeType.INT);

/** The models of the catalogue, and the providers that this deployment has. */
export type Offer = { readonly models: readonly Model[]; readonly providers: readonly string[] };

type StartDescription = {
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly staticSummary: string;
  readonly staticDetails: string;
};

/** The summary of a job in Temporal UI, from its first moment. It is not encrypted: no text of the customer. */
function describeStart(start: {
  readonly accountId: string;
  readonly jobId: string;
  readonly request: JobRequest;
  /** Null: not known before admission (an edit, started by a caller that cannot read its source). */
  readonly credits: number | null;
  readonly offer: Offer;
}): StartDescription {
  const model = modelOfJob(start.request, start.offer);
  const { kind } = start.request;
  const { credits } = start;
  const outputs = outputCountOf(start.request);
  return {
    typedSearchAttributes: new TypedSearchAttributes([
      { key: ACCOUNT, value: start.accountId },
      { key: KIND, value: kind },
      ...(model === undefined
        ? []
        : [
            { key: PROVIDER, value: model.provider },
            { key: MODEL, value: model.name },
          ]),
      ...(credits === null ? [] : [{ key: CREDITS, value: credits }]),
    ]),
    staticSummary: [
      `${kind.replaceAll('_', ' ')}${outputs > 1 ? ` of ${String(outputs)} outputs` : ''}`,
      ...(credits === null ? [] : [`${String(credits)} credits`]),
      start.accountId,
    ].join(' · '),
    staticDetails: [
      '| | |',
      '|---|---|',
      `| Account | ${start.accountId} |`,
      `| Job | ${start.jobId} |`,
      `| Kind | ${kind} |`,
      ...(model === undefined ? [] : [`| Model | ${model.name} |`]),
      `| Outputs | ${String(outputs)} |`,
      ...(credits === null ? [] : [`| Price | ${String(credits)} credits |`]),
    ].join('\n'),
  };
}

/**
 * The model to search by: of several works the first one's; of an edit, whose kind is not known here, the first model.
 */
function modelOfJob(request: JobRequest, offer: Offer): Model | undefined {
  const [work] = workItemsOf(request);
  return (work && modelFor(offer, work)) ?? offer.models[0];
}
