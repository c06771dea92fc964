import { planOutputs, type OutputPlan } from '../domain/output-plan.ts';
import { jobTimesOf, modelOf } from '../domain/models.ts';
import type { SourceOf } from '../domain/edit.ts';
import type { JobRequest, WorkItem } from '../domain/job-request.ts';
import { CURRENT_PRICE_LIST } from '../domain/price-list.ts';
import { hasReferenceUrls } from '../domain/reference-assets.ts';
import { priceRequest, workItemsOf } from '../domain/quote.ts';
import type { AdmitItem, AdmitResult, StoredOutcome } from '../jobs/admit-job.ts';
import { fingerprintQuoted, fingerprintWork } from '../jobs/fingerprint-request.ts';
import type { EditSources } from '../jobs/read-edit-sources.ts';
import type { RequestRules } from '../jobs/job-request-rules.ts';
import { parseJobRequest, runnableNow } from '../jobs/parse-job-request.ts';
import type { GroupedVerb } from '../ledger/group-commit.ts';
import type { Admission, GenerationStart } from '../workflows/messages.ts';

export type AdmitSettings = {
  readonly heartbeatTimeoutSeconds: number;
  readonly rules: RequestRules;
};

export type AdmitAnswer = {
  readonly admission: Admission;
  /** What to run; null when there is nothing to run: refused, or already ended. */
  readonly plan: OutputPlan | null;
};

/** Where the edits of a request come from: read anew, since a price in a request is never believed. */
export type ReadSources = (accountId: string, works: readonly WorkItem[]) => Promise<EditSources>;

/**
 * Admits a job: prices it again from the request (a price in it is never believed), stores request and outcome and
 * reserves. The same start answers the same for ever; a start under a key that belongs to another request is told so by
 * the fingerprint, and touches nothing.
 */
export function createAdmit(
  admitJob: GroupedVerb<AdmitItem, AdmitResult>,
  readSources: ReadSources,
  settings: AdmitSettings,
) {
  return async function admit(start: GenerationStart): Promise<AdmitAnswer> {
    const { item, plan } = await prepare(start, readSources, settings);
    const result = await admitJob(item);
    const isOurs = result.fingerprint === start.fingerprint;
    return {
      admission: admissionOf(result.outcome, result.fingerprint),
      // What was reserved is what may be charged: a price list may have changed since. (One output: the total is its own.)
      plan:
        isOurs && result.isOpen && plan !== null && result.outcome.outcome === 'reserved'
          ? { ...plan, credits: result.outcome.credits, ageSeconds: result.ageSeconds }
          : null,
    };
  };
}

type Prepared = { readonly item: AdmitItem; readonly plan: OutputPlan | null };

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
  const errors = parsed.ok ? runnableNow(parsed.request) : parsed.errors;
  if (!parsed.ok || errors.length > 0) {
    return {
      item: { ...key, refusal: { code: 'invalid_request', reason: 'invalid_request', errors } },
      plan: null,
    };
  }
  const sources = await readSources(start.accountId, workItemsOf(parsed.request));
  if (sources.outcome === 'refused') return { item: { ...key, refusal: sources.refusal }, plan: null };
  return planJob(key, parsed.request, sources.sourceOf, settings.heartbeatTimeoutSeconds);
}

function planJob(
  key: Pick<AdmitItem, 'accountId' | 'jobId' | 'fingerprint' | 'body' | 'admitBy'>,
  request: JobRequest,
  sourceOf: SourceOf,
  heartbeatTimeoutSeconds: number,
): Prepared {
  const model = modelOf(request.model);
  const price = priceRequest(request, CURRENT_PRICE_LIST, sourceOf);
  const outputs = planOutputs(key.jobId, request, price, sourceOf);
  const first = outputs[0];
  const modelTimes = first && model?.times[first.work.kind];
  if (model === undefined || modelTimes === undefined || first === undefined) {
    return { item: { ...key, refusal: { code: 'invalid_request', reason: 'not_supported' } }, plan: null };
  }
  const times = jobTimesOf(modelTimes, request.deadline_seconds);
  const stages = model.stages[first.work.kind];
  return {
    item: {
      ...key,
      request,
      workFingerprint: fingerprintWork(key.body),
      quoteFingerprint: fingerprintQuoted(key.body),
      price,
      model: model.name,
      provider: model.provider,
      expectedSeconds: times.expectedSeconds,
      deadlineSeconds: times.deadlineSeconds,
      outputs,
    },
    plan: {
      accountId: key.accountId,
      jobId: key.jobId,
      outputId: first.outputId,
      reservationId: first.reservationId,
      kind: first.work.kind,
      credits: first.credits,
      provider: model.provider,
      ...(stages === undefined ? {} : { stages }),
      ...(hasReferenceUrls(first.work) ? { hasReferenceAssets: true as const } : {}),
      maxAttempts: model.maxAttempts,
      times,
      ageSeconds: 0,
      heartbeatTimeoutSeconds,
    },
  };
}

function admissionOf(outcome: StoredOutcome, fingerprint: string): Admission {
  return { ...outcome, fingerprint } as Admission;
}
