import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { JobRequest } from '../domain/job-request.ts';
import { modelFor, type Model } from '../domain/models.ts';
import { outputCountOf, workItemsOf } from '../domain/quote.ts';
import type { SEARCH_ATTRIBUTES } from '../domain/workflow-names.ts';

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

const keyword = (name: AttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

const ACCOUNT = keyword('HoldfastAccount');
const KIND = keyword('HoldfastKind');
const STATE = keyword('HoldfastState');
const PROVIDER = keyword('HoldfastProvider');
const MODEL = keyword('HoldfastModel');
const CREDITS = defineSearchAttributeKey('HoldfastCredits' satisfies AttributeName, SearchAttributeType.INT);

/** The models there are, and the providers that are there to run them. */
export type Offer = { readonly models: readonly Model[]; readonly providers: readonly string[] };

export type StartDescription = {
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly staticSummary: string;
  readonly staticDetails: string;
};

/** The summary of a job in Temporal UI, from its first moment. In clear, so: no text of the customer. */
export function describeStart(start: {
  readonly accountId: string;
  readonly jobId: string;
  readonly request: JobRequest;
  /** Null where it is not known before admission: an edit, started by a caller that cannot read its source. */
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
      { key: STATE, value: 'running' },
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

/** For people to search by: of several works the first one's; of an edit, whose kind is not known here, the first there is. */
function modelOfJob(request: JobRequest, offer: Offer): Model | undefined {
  const [work] = workItemsOf(request);
  return (work && modelFor(offer, work)) ?? offer.models[0];
}
