import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ApplicationFailure,
  CancelledFailure,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Settled } from '../../activities/settlement/settle.ts';
import type { GenerationResult, ReleasedDetails } from '../../contract/workflow-messages.ts';
import { showEnding } from '../outputs/show-status.ts';

const STATE = defineSearchAttributeKey('HoldfastState', SearchAttributeType.KEYWORD);

/**
 * Closes as the ledger says: Completed when charged, Canceled when cancelled, else Failed with the failure code as its
 * type, by which support filters.
 */
export function closeWorkflow(settled: Settled): GenerationResult {
  showEnding(settled);
  if (settled.outcome === 'committed') {
    // Only a job that was late has a state to clear: each change is a write and a billable action.
    if (workflowInfo().typedSearchAttributes.get(STATE) !== undefined)
      upsertSearchAttributes({ HoldfastState: [] });
    return { outcome: 'succeeded', credits: settled.credits, content: settled.content };
  }
  const code = settled.failure?.code ?? 'internal';
  upsertSearchAttributes({
    HoldfastState: [code === 'canceled' ? 'canceled' : 'failed'],
    HoldfastFailure: [code],
  });
  if (code === 'canceled') throw new CancelledFailure('canceled');
  const { failure, credits } = settled;
  const details: ReleasedDetails = { credits, failure };
  throw ApplicationFailure.nonRetryable(failure?.detail ?? 'no job was made', code, details);
}
