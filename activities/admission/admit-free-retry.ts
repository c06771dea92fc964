import type { JobRequest } from '../../domain/job-request.ts';
import { jobTimesOf, makingOf, modelFor } from '../../domain/models.ts';
import { planOutput, planOutputs } from '../../domain/output-plan.ts';
import type { Price, Pricing } from '../../domain/quote.ts';
import type { AdmitItem, AdmitResult } from '../../jobs/admission/admit-job.ts';
import { fingerprintWork } from '../../contract/fingerprint-request.ts';
import type { FreeRetry } from '../../jobs/admission/read-free-retry.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';
import type { Admission, GenerationStart } from '../../contract/workflow-messages.ts';
import { pricingFor, type AdmitAnswer, type AdmitSettings } from './admit.ts';

/** The work that a job may run at no credits; null unless a decision names the job. */
export type ReadFreeRetry = (accountId: string, jobId: string) => Promise<FreeRetry | null>;

/**
 * Admits a free retry: the reviewed output's work once more, at no credits. That a decision allows this very job is asked of
 * PostgreSQL, here and once more in the transaction that reserves (jobs.is_free_retry); nothing in the start is believed.
 */
export function createAdmitFreeRetry(
  admitJob: GroupedVerb<AdmitItem, AdmitResult>,
  readFreeRetry: ReadFreeRetry,
  settings: AdmitSettings,
) {
  return async function admitFreeRetry(start: GenerationStart): Promise<AdmitAnswer> {
    const retry = await readFreeRetry(start.accountId, start.jobId);
    const planned = planOf(start, retry, settings, await pricingFor(settings, start.accountId));
    const result = await admitJob(planned.item);
    const isToRun =
      result.fingerprint === start.fingerprint && result.isOpen && result.outcome.outcome === 'reserved';
    return {
      admission: { ...result.outcome, fingerprint: result.fingerprint } as Admission,
      plan: planned.plan !== null && isToRun ? { ...planned.plan, ageSeconds: result.ageSeconds } : null,
    };
  };
}

function planOf(
  start: GenerationStart,
  retry: FreeRetry | null,
  settings: AdmitSettings,
  { priceList }: Pricing,
) {
  const { heartbeatTimeoutSeconds } = settings;
  const { catalogue, providers } = settings.rules;
  const key = {
    accountId: start.accountId,
    jobId: start.jobId,
    fingerprint: start.fingerprint,
    body: start.request,
    admitBy: start.admitBy,
  };
  if (retry === null)
    return { item: { ...key, refusal: { code: 'not_found', reason: 'no_free_retry' } }, plan: null };
  const request: JobRequest = { ...retry.work, metadata: retry.metadata };
  const price = priceOfNothing(request, priceList.version);
  const output = planOutputs(start.jobId, request, price, catalogue.kinds)[0];
  const model = modelFor({ models: catalogue.models, providers }, retry.work);
  const making = model && makingOf(model, retry.work.kind);
  if (model === undefined || making === undefined || output === undefined) {
    return { item: { ...key, refusal: { code: 'invalid_request', reason: 'not_supported' } }, plan: null };
  }
  const times = jobTimesOf(making.times, undefined);
  const item: AdmitItem = {
    ...key,
    request,
    workFingerprint: fingerprintWork(key.body),
    price,
    model: model.name,
    provider: model.provider,
    expectedSeconds: times.expectedSeconds,
    deadlineSeconds: times.deadlineSeconds,
    outputs: [{ ...output, deadlineSeconds: times.deadlineSeconds }],
  };
  const plan = planOutput({
    ...output,
    accountId: key.accountId,
    jobId: key.jobId,
    model,
    making,
    times,
    ageSeconds: 0,
    heartbeatTimeoutSeconds,
  });
  return { item, plan };
}

/** The work of a free retry is resolved: its kind is one of the catalogue. */
function priceOfNothing({ kind }: JobRequest, priceList: number): Price {
  const line = { item: 0, kind, quantity: 1, unit_credits: 0, credits: 0 };
  return { price_list: priceList, total: 0, lines: [line] };
}
