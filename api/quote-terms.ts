import { workMade, type SourceOf } from '../domain/edit.ts';
import type { JobRequest } from '../domain/job-request.ts';
import { DEFAULT_MODEL, jobTimesOf, modelOf } from '../domain/models.ts';
import { workItemsOf } from '../domain/quote.ts';

/** What a quote says beside the price: until when the work has to be done, and what a cancel gives back. */
export type QuoteTerms = { readonly deadlineSeconds: number; readonly cancelRule: string };

/** The terms of a request: a batch has as long as the slowest of its items. */
export function quoteTermsOf(request: JobRequest, sourceOf: SourceOf): QuoteTerms {
  const works = workItemsOf(request).map((work) => workMade(work, sourceOf));
  const items = works.map((work) => ({ work, model: modelOf(work.model) ?? DEFAULT_MODEL }));
  const deadlines = items.map(({ work, model }) => {
    const times = model.times[work.kind];
    return times === undefined
      ? model.maxDeadlineSeconds
      : jobTimesOf(times, request.deadline_seconds).deadlineSeconds;
  });
  const rules = new Set(items.map(({ model }) => model.cancelRule));
  return { deadlineSeconds: Math.max(...deadlines), cancelRule: [...rules].join(' ') };
}
