import {
  batchTimesOf,
  callsOf,
  makingOf,
  modelFor,
  type ModelCall,
  type ModelTimes,
} from '../../domain/work/models.ts';
import { resolveWork, type SourceOf } from '../../domain/work/work.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import { workItemsOf } from '../../domain/prices/quote.ts';

/** The terms of a quote besides its price: the deadline, the credits that a cancel returns, and the calls. */
type QuoteTerms = {
  readonly deadlineSeconds: number;
  readonly cancelRule: string;
  /** The calls that make it. */
  readonly calls: readonly ModelCall[];
};

/** The terms of a request, as admission will use them: the deadline is that of all its outputs together. */
export function quoteTermsOf(
  request: JobRequest,
  sourceOf: SourceOf,
  { catalogue, providers }: RequestRules,
): QuoteTerms {
  const works = workItemsOf(request).map((work) => resolveWork(work, sourceOf, catalogue.kinds));
  const models = works.map((work) => modelFor({ models: catalogue.models, providers }, work));
  const times = works.flatMap((work, index): readonly ModelTimes[] => {
    const own = models[index] && makingOf(models[index], work.kind)?.times;
    return own === undefined ? [] : Array.from({ length: work.variations ?? 1 }, () => own);
  });
  return {
    deadlineSeconds: batchTimesOf(times, request.deadline_seconds).deadlineSeconds,
    calls: works.flatMap(({ kind }, index) => (models[index] ? callsOf(models[index], [kind]) : [])),
    cancelRule: [...new Set(models.flatMap((model) => model?.cancelRule ?? []))].join(' '),
  };
}
