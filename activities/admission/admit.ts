import { batchTimesOf, type BatchPlan } from '../../domain/batch-plan.ts';
import { planOutput, planOutputs, type OutputPlan } from '../../domain/output-plan.ts';
import { isBroughtForward, jobTimesOf, makingOf, modelFor } from '../../domain/models.ts';
import type { SourceOf } from '../../domain/edit.ts';
import type { JobRequest, WorkItem } from '../../domain/job-request.ts';
import { priceRequest, workItemsOf, type Pricing } from '../../domain/quote.ts';
import type { AdmitItem, AdmitResult } from '../../jobs/admission/admit-job.ts';
import { pricingOf as cataloguePricing } from '../../contract/defined-catalogue.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';
import { fingerprintWork } from '../../contract/fingerprint-request.ts';
import type { FieldError } from '../../contract/problem-shape.ts';
import type { EditSources } from '../../jobs/admission/read-edit-sources.ts';
import { editErrors, notOfferedErrors, type RequestRules } from '../../contract/job-request-rules.ts';
import { parseJobRequest } from '../../contract/parse-job-request.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';
import type { Admission, GenerationStart } from '../../contract/workflow-messages.ts';

export type AdmitSettings = {
  readonly heartbeatTimeoutSeconds: number;
  readonly rules: RequestRules;
  /** Absent: every account has the catalogue's. */
  readonly pricingOf?: PricingOf;
};

export type AdmitAnswer = {
  readonly admission: Admission;
  /** The plan of a job with one output; null when nothing is to run: refused, or already ended. */
  readonly plan: OutputPlan | null;
  /** The same of a job with several. */
  readonly batch?: BatchPlan | null;
};

/** Where the edits of a request come from: read anew, since a price in a request is never believed. */
export type ReadSources = (accountId: string, works: readonly WorkItem[]) => Promise<EditSources>;

/**
 * Admits a job: prices it again from the request (a price in it is never believed), stores request and outcome and
 * reserves. The same start has the same result forever; a start under a key that belongs to another request is told so by
 * the fingerprint, and touches nothing.
 */
export function createAdmit(
  admitJob: GroupedVerb<AdmitItem, AdmitResult>,
  readSources: ReadSources,
  settings: AdmitSettings,
) {
  return async function admit(start: GenerationStart): Promise<AdmitAnswer> {
    const { item, plan, batch } = await prepare(start, readSources, settings);
    const { outcome, fingerprint, isOpen, ageSeconds } = await admitJob(item);
    const admission = { ...outcome, fingerprint } as Admission;
    const isToRun = fingerprint === start.fingerprint && isOpen && outcome.outcome === 'reserved';
    if (!isToRun) return { admission, plan: null };
    return {
      admission,
      // The reserved credits may be charged, and no others: a price list may have changed since. (One output: the total is its own.)
      plan: plan && { ...plan, credits: outcome.credits, ageSeconds },
      ...(batch && { batch: { ...batch, ageSeconds } }),
    };
  };
}

type Prepared = {
  readonly item: AdmitItem;
  readonly plan: OutputPlan | null;
  readonly batch: BatchPlan | null;
};

const NOTHING_TO_RUN = { plan: null, batch: null } as const;

async function prepare(
  start: GenerationStart,
  readSources: ReadSources,
  settings: AdmitSettings,
): Promise<Prepared> {
  const key = {
    accountId: start.accountId,
    jobId: start.jobId,
    fingerprint: start.fingerprint,
    body: start.request,
    admitBy: start.admitBy,
  };
  const parsed = parseJobRequest(start.request, settings.rules);
  const errors = parsed.ok ? notOfferedErrors(parsed.request, settings.rules) : parsed.errors;
  if (!parsed.ok || errors.length > 0) return refusedAsInvalid(key, errors);
  const sources = await readSources(start.accountId, workItemsOf(parsed.request));
  if (sources.outcome === 'refused') return { item: { ...key, refusal: sources.refusal }, ...NOTHING_TO_RUN };
  const wrongEdits = editErrors(parsed.request, sources.sourceOf, settings.rules);
  if (wrongEdits.length > 0) return refusedAsInvalid(key, wrongEdits);
  return planJob(
    key,
    parsed.request,
    sources.sourceOf,
    settings,
    await pricingFor(settings, start.accountId),
  );
}

/** The prices of an account, as admission computes them. */
export async function pricingFor({ rules, pricingOf }: AdmitSettings, accountId: string): Promise<Pricing> {
  return pricingOf === undefined ? cataloguePricing(rules.catalogue) : pricingOf(accountId);
}

type AdmitKey = Pick<AdmitItem, 'accountId' | 'jobId' | 'fingerprint' | 'body' | 'admitBy'>;

function refusedAsInvalid(key: AdmitKey, errors: readonly FieldError[]): Prepared {
  const refusal = { code: 'invalid_request', reason: 'invalid_request', errors };
  return { item: { ...key, refusal }, ...NOTHING_TO_RUN };
}

function planJob(
  key: AdmitKey,
  request: JobRequest,
  sourceOf: SourceOf,
  { rules: { catalogue, providers }, heartbeatTimeoutSeconds }: AdmitSettings,
  pricing: Pricing,
): Prepared {
  const price = priceRequest(request, pricing, sourceOf);
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
      // The one that was chosen: a model that is configured later changes no job that was admitted.
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
    times: jobTimesOf(making.times, request.deadline_seconds),
    ageSeconds: 0,
    heartbeatTimeoutSeconds,
  });
  return { item, plan, batch: null };
}
