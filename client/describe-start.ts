import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { JobRequest } from '../domain/job-request.ts';
import { DEFAULT_MODEL, modelOf } from '../domain/models.ts';
import { outputCountOf } from '../domain/quote.ts';
import type { SEARCH_ATTRIBUTES } from '../domain/workflow-names.ts';

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

const keyword = (name: AttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

const ACCOUNT = keyword('HoldfastAccount');
const KIND = keyword('HoldfastKind');
const STATE = keyword('HoldfastState');
const PROVIDER = keyword('HoldfastProvider');
const MODEL = keyword('HoldfastModel');
const CREDITS = defineSearchAttributeKey('HoldfastCredits' satisfies AttributeName, SearchAttributeType.INT);

export type StartDescription = {
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly staticSummary: string;
  readonly staticDetails: string;
};

/** What support sees of a job in Temporal UI from its first moment. In clear, so: nothing of what the customer wrote. */
export function describeStart(start: {
  readonly accountId: string;
  readonly jobId: string;
  readonly request: JobRequest;
  /** Null where nobody knows before admission: an edit, started by who cannot read its source. */
  readonly credits: number | null;
}): StartDescription {
  const model = modelOf(start.request.model) ?? DEFAULT_MODEL;
  const { kind } = start.request;
  const { credits } = start;
  const outputs = outputCountOf(start.request);
  return {
    typedSearchAttributes: new TypedSearchAttributes([
      { key: ACCOUNT, value: start.accountId },
      { key: KIND, value: kind },
      { key: STATE, value: 'running' },
      { key: PROVIDER, value: model.provider },
      { key: MODEL, value: model.name },
      ...(credits === null ? [] : [{ key: CREDITS, value: credits }]),
    ]),
    staticSummary: `${kind}${outputs > 1 ? ` of ${String(outputs)} outputs` : ''} by ${model.name}${credits === null ? '' : `, ${String(credits)} credits`}`,
    staticDetails: [
      '| | |',
      '|---|---|',
      `| Account | ${start.accountId} |`,
      `| Job | ${start.jobId} |`,
      `| Kind | ${kind} |`,
      `| Model | ${model.name} |`,
      `| Outputs | ${String(outputs)} |`,
      ...(credits === null ? [] : [`| Price | ${String(credits)} credits |`]),
    ].join('\n'),
  };
}
