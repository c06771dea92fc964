import {
  planOutput,
  planOutputs,
  type BatchPlan,
  type OutputPlan,
  type PlannedOutput,
} from '../../domain/work/output-plan.ts';
import {
  batchTimesOf,
  fallbacksOf,
  isBroughtForward,
  jobTimesOf,
  makingOf,
  modelFor,
  type JobTimes,
  type Making,
  type Model,
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

/** An admission, and the plan of what it lets run. */
export type PlannedAdmission = {
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
  return async function admit(start: GenerationStart): Promise<PlannedAdmission> {
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
type PrepareDependencies = AdmitSettings & { readonly database: Database; readonly pricingOf: PricingOf };

type Prepared = {
  readonly item: AdmitItem;
  readonly plan: OutputPlan | null;
  readonly batch: BatchPlan | null;
};

const NOTHING_TO_RUN = { plan: null, batch: null } as const;

async function prepareJob(start: GenerationStart, settings: PrepareDependencies): Promise<Prepared> {
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
async function prepareFreeRetry(start: GenerationStart, settings: PrepareDependencies): Promise<Prepared> {
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

/** An output with the model chosen for it, and its own times. */
type ModelledOutput = {
  readonly output: PlannedOutput;
  readonly model: Model;
  readonly making: Making;
  readonly times: JobTimes;
};

function planJob(
  key: AdmitKey,
  request: JobRequest,
  price: Price,
  sourceOf: SourceOf,
  { rules, heartbeatTimeoutSeconds }: AdmitSettings,
): Prepared {
  const outputs = planOutputs(key.jobId, request, price, rules.catalogue.kinds, sourceOf);
  const modelled = outputs.flatMap((output) => chooseModel(output, request, rules) ?? []);
  const [first] = modelled;
  if (first === undefined || modelled.length < outputs.length) {
    return {
      item: { ...key, refusal: { code: 'invalid_request', reason: 'not_supported' } },
      ...NOTHING_TO_RUN,
    };
  }
  const together = batchTimesOf(
    modelled.map(({ making }) => making.times),
    request.deadline_seconds,
  );
  const item: AdmitItem = {
    ...key,
    request,
    workFingerprint: fingerprintWork(key.body),
    price,
    model: first.model.name,
    provider: first.model.provider,
    expectedSeconds: together.expectedSeconds,
    deadlineSeconds: together.deadlineSeconds,
    outputs: modelled.map(({ output, model, times }) => ({
      ...output,
      // The model chosen now: one that is configured later changes no admitted job.
      work: { ...output.work, model: model.name },
      deadlineSeconds: times.deadlineSeconds,
    })),
  };
  const job = { accountId: key.accountId, jobId: key.jobId, ageSeconds: 0 };
  if (modelled.length > 1) {
    const batch: BatchPlan = {
      ...job,
      outputCount: modelled.length,
      deadlineSeconds: together.deadlineSeconds,
      isStuckEarly: modelled.some(({ times }) => isBroughtForward(times, 'stuckSeconds')),
    };
    return { item, plan: null, batch };
  }
  const { output, model, making, times } = first;
  const fallbacks = fallbacksOf(offerOf(rules), model, output.work.kind);
  const { kinds } = rules.catalogue;
  return {
    item,
    plan: planOutput({ ...output, ...job, heartbeatTimeoutSeconds, model, making, kinds, times, fallbacks }),
    batch: null,
  };
}

/** Undefined: no model makes this kind. */
function chooseModel(
  output: PlannedOutput,
  { deadline_seconds: deadlineSeconds }: JobRequest,
  rules: RequestRules,
): ModelledOutput | undefined {
  const model = modelFor(offerOf(rules), output.work);
  const making = model && makingOf(model, output.work.kind);
  return making && { output, model, making, times: jobTimesOf(making.times, deadlineSeconds) };
}

function offerOf({ catalogue, providers }: RequestRules) {
  return { models: catalogue.models, providers };
}
