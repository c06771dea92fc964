import { planOutput, planOutputs, type BatchPlan, type OutputPlan } from '../../domain/work/output-plan.ts';
import {
  batchTimesOf,
  fallbacksOf,
  isBroughtForward,
  jobTimesOf,
  makingOf,
  modelFor,
} from '../../domain/work/models.ts';
import { NO_SOURCES, type SourceOf } from '../../domain/work/work.ts';
import { isFreeRetryRequest, type JobRequest } from '../../domain/work/job-request.ts';
import { hasEdits, outputCountOf, priceRequest, workItemsOf, type Price } from '../../domain/prices/quote.ts';
import type { AdmitItem, AdmitResult } from '../../jobs/admission/admit-job.ts';
import { fingerprintWork } from '../../contract/derived-ids.ts';
import type { FieldError } from '../../contract/shapes/problem-shape.ts';
import { readEditSources } from '../../jobs/admission/read-edit-sources.ts';
import { readSubmission } from '../../jobs/admission/read-submission.ts';
import { readFreeRetry } from '../../jobs/admission/read-free-retry.ts';
import {
  notOfferedErrors,
  parseJobRequest,
  rulesFor,
  type RequestRules,
} from '../../contract/job-request/parse-job-request.ts';
import { editErrors } from '../../contract/job-request/edit-errors.ts';
import type { Database } from '../../ledger/database.ts';
import { createModeOf } from '../../ledger/account-modes.ts';
import { createPricingOf, type PricingOf } from '../../ledger/price-lists.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';
import type { Admission, GenerationStart } from '../../contract/workflow-messages.ts';

export type AdmitSettings = {
  readonly heartbeatTimeoutSeconds: number;
  readonly rules: RequestRules;
};

export type AdmitAnswer = {
  readonly admission: Admission;
  /** The plan of a job with one output. Null: nothing is to run (refused, or already ended). */
  readonly plan: OutputPlan | null;
  /** The plan of a job with several outputs. */
  readonly batch?: BatchPlan | null;
};

/**
 * Admits a job: prices it, by the stored quote that it cites or anew (a price in a request is never believed), and
 * stores request and outcome and reserves, in one transaction. The same start has the same result forever; a start
 * under a key of another request is told so by the fingerprint, and changes nothing.
 */
export function createAdmit(
  admitJob: GroupedVerb<AdmitItem, AdmitResult>,
  database: Database,
  settings: AdmitSettings,
) {
  const pricingOf = createPricingOf(database, settings.rules.catalogue);
  const modeOf = createModeOf(database);
  return async function admit(start: GenerationStart): Promise<AdmitAnswer> {
    const prepare = isFreeRetryRequest(start.request) ? prepareFreeRetry : prepareJob;
    const rules = rulesFor(settings.rules, await modeOf(start.accountId));
    const { item, plan, batch } = await prepare(start, { database, pricingOf, ...settings, rules });
    const { outcome, fingerprint, isOpen, ageSeconds } = await admitJob(item);
    const admission = { ...outcome, fingerprint } as Admission;
    const isToRun = fingerprint === start.fingerprint && isOpen && outcome.outcome === 'reserved';
    if (!isToRun) return { admission, plan: null };
    return {
      admission,
      // The reserved credits may be charged and no others: a price list may have changed since.
      plan: plan && { ...plan, credits: outcome.credits, ageSeconds },
      ...(batch && { batch: { ...batch, ageSeconds } }),
    };
  };
}

/** What a job is prepared with, besides its start. */
type Prepares = AdmitSettings & { readonly database: Database; readonly pricingOf: PricingOf };

type Prepared = {
  readonly item: AdmitItem;
  readonly plan: OutputPlan | null;
  readonly batch: BatchPlan | null;
};

const NOTHING_TO_RUN = { plan: null, batch: null } as const;

async function prepareJob(start: GenerationStart, settings: Prepares): Promise<Prepared> {
  const key = keyOf(start);
  const { rules, database, pricingOf } = settings;
  const parsed = parseJobRequest(start.request, rules);
  const errors = parsed.ok ? notOfferedErrors(parsed.request, rules) : parsed.errors;
  if (!parsed.ok || errors.length > 0) return refusedAsInvalid(key, errors);
  const { request } = parsed;
  // Its workflow would run another number of outputs than are reserved.
  if (outputCountOf(request) !== start.outputCount) {
    const detail = `A start of ${String(start.outputCount)} outputs, whose request has ${String(outputCountOf(request))}.`;
    return refusedAsInvalid(key, [{ pointer: '', code: 'other_output_count', detail }]);
  }
  let sourceOf = NO_SOURCES;
  if (hasEdits(request)) {
    const sources = await readEditSources(database, start.accountId, workItemsOf(request));
    if (sources.outcome === 'refused')
      return { item: { ...key, refusal: sources.refusal }, ...NOTHING_TO_RUN };
    const wrongEdits = editErrors(request, sources.sourceOf, rules);
    if (wrongEdits.length > 0) return refusedAsInvalid(key, wrongEdits);
    sourceOf = sources.sourceOf;
  }
  const quoted = await quotedPrice(request, start, database);
  const price = quoted ?? priceRequest(request, await pricingOf(start.accountId), sourceOf);
  return planJob(key, request, price, sourceOf, settings);
}

/** The price of the quote that the request cites: what was shown is charged, whatever the price list says now. */
async function quotedPrice(
  request: JobRequest,
  start: GenerationStart,
  database: Database,
): Promise<Price | null> {
  if (request.quote_id === undefined) return null;
  const { accountId, jobId } = start;
  const { quote } = await readSubmission(database, { accountId, jobId, quoteId: request.quote_id });
  // A quote of other work has no price: admission refuses it.
  return quote !== null && quote.fingerprint === fingerprintWork(start.request) ? quote.price : null;
}

/**
 * A free retry: the reviewed output's work once more, at no credits. PostgreSQL is asked whether a decision allows this
 * job, here and again in the transaction that reserves (jobs.is_free_retry); nothing in the start is believed.
 */
async function prepareFreeRetry(start: GenerationStart, settings: Prepares): Promise<Prepared> {
  const key = keyOf(start);
  const retry = await readFreeRetry(settings.database, start.accountId, start.jobId);
  if (retry === null) {
    return { item: { ...key, refusal: { code: 'not_found', reason: 'no_free_retry' } }, ...NOTHING_TO_RUN };
  }
  const { work, metadata } = retry;
  const line = { item: 0, kind: work.kind, quantity: 1, unit_credits: 0, credits: 0 };
  const { priceList } = await settings.pricingOf(start.accountId);
  const price = { price_list: priceList.version, total: 0, lines: [line] };
  return planJob(key, { ...work, metadata }, price, NO_SOURCES, settings);
}

type AdmitKey = Pick<AdmitItem, 'accountId' | 'jobId' | 'fingerprint' | 'body' | 'admitBy'>;

function keyOf({ accountId, jobId, fingerprint, request, admitBy }: GenerationStart): AdmitKey {
  return { accountId, jobId, fingerprint, body: request, admitBy };
}

function refusedAsInvalid(key: AdmitKey, errors: readonly FieldError[]): Prepared {
  const refusal = { code: 'invalid_request', reason: 'invalid_request', errors };
  return { item: { ...key, refusal }, ...NOTHING_TO_RUN };
}

function planJob(
  key: AdmitKey,
  request: JobRequest,
  price: Price,
  sourceOf: SourceOf,
  { rules: { catalogue, providers }, heartbeatTimeoutSeconds }: AdmitSettings,
): Prepared {
  const outputs = planOutputs(key.jobId, request, price, catalogue.kinds, sourceOf);
  const models = outputs.map(({ work }) => modelFor({ models: catalogue.models, providers }, work));
  const makings = outputs.map(({ work }, index) => models[index] && makingOf(models[index], work.kind));
  const modelTimes = makings.map((making) => making?.times);
  const [first] = outputs;
  const [model] = models;
  const [making] = makings;
  if (!first || !model || !making || !modelTimes.every((times) => times !== undefined)) {
    return {
      item: { ...key, refusal: { code: 'invalid_request', reason: 'not_supported' } },
      ...NOTHING_TO_RUN,
    };
  }
  const together = batchTimesOf(modelTimes, request.deadline_seconds);
  const ownTimes = modelTimes.map((times) => jobTimesOf(times, request.deadline_seconds));
  const { accountId, jobId } = key;
  const item: AdmitItem = {
    ...key,
    request,
    workFingerprint: fingerprintWork(key.body),
    price,
    model: model.name,
    provider: model.provider,
    expectedSeconds: together.expectedSeconds,
    deadlineSeconds: together.deadlineSeconds,
    outputs: outputs.map((output, index) => ({
      ...output,
      // The model chosen now: one that is configured later changes no admitted job.
      work: { ...output.work, model: models[index]?.name ?? output.work.model },
      deadlineSeconds: ownTimes[index]?.deadlineSeconds ?? together.deadlineSeconds,
    })),
  };
  if (outputs.length > 1) {
    const { deadlineSeconds } = together;
    const outputCount = outputs.length;
    return {
      item,
      plan: null,
      batch: {
        accountId,
        jobId,
        outputCount,
        deadlineSeconds,
        isStuckEarly: ownTimes.some((times) => isBroughtForward(times, 'stuckSeconds')),
        ageSeconds: 0,
        heartbeatTimeoutSeconds,
      },
    };
  }
  const plan = planOutput({
    ...first,
    accountId,
    jobId,
    model,
    making,
    fallbacks: fallbacksOf({ models: catalogue.models, providers }, model, first.work.kind),
    times: jobTimesOf(making.times, request.deadline_seconds),
    ageSeconds: 0,
    heartbeatTimeoutSeconds,
  });
  return { item, plan, batch: null };
}
