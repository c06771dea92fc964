import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isFailureCode, type FailureCode } from '../domain/failures.ts';
import { workflowIdOf } from '../domain/ids.ts';
import type { BatchResult, GenerationResult } from '../contract/workflow-messages.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

/** How a job ended, as its workflow tells it; or why that cannot be told now. */
export type JobResult =
  | { readonly outcome: 'succeeded'; readonly credits: number }
  /** Some outputs of several were delivered and charged. */
  | { readonly outcome: 'partially_succeeded'; readonly credits: number; readonly summary: string }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'failed'; readonly code: FailureCode }
  | { readonly outcome: 'canceled' }
  /** It was there when the wait began, and had not ended in time. */
  | { readonly outcome: 'still_running' }
  | { readonly outcome: 'not_found' }
  /** Temporal was not heard of in time, so whether there is such a job is not known. */
  | { readonly outcome: 'unavailable' };

/** So long before the end of a wait, whether Temporal is there is asked beside it. */
const ASK_BEFORE_END_MS = 5_000;

/** Waits for a job's workflow to close, at most `timeoutMs`. */
export async function awaitJobResult(client: Client, jobId: string, timeoutMs: number): Promise<JobResult> {
  const look = { isThere: false };
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await callWithin(client, timeoutMs, () => {
      const handle = client.workflow.getHandle<() => Promise<GenerationResult | BatchResult>>(
        workflowIdOf(jobId),
      );
      // A wait that brings nothing says nothing of whether Temporal is there: a look beside it does. Most waits bring a result
      // before it is needed. What is wrong with the look is wrong with the wait, which tells it.
      timer = setTimeout(
        () => {
          handle.describe().then(
            () => (look.isThere = true),
            () => undefined,
          );
        },
        Math.max(0, timeoutMs - ASK_BEFORE_END_MS),
      );
      return handle.result();
    });
    if (result === TIMED_OUT) return { outcome: look.isThere ? 'still_running' : 'unavailable' };
    return resultOf(result);
  } catch (error) {
    if (error instanceof WorkflowFailedError) return resultOfFailure(error.cause);
    if (error instanceof WorkflowNotFoundError) return { outcome: 'not_found' };
    if (isTemporalAway(error)) return { outcome: 'unavailable' };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Of a workflow that completed: a batch always does, whatever became of its outputs. */
function resultOf(result: GenerationResult | BatchResult): JobResult {
  switch (result.outcome) {
    case 'succeeded':
      return { outcome: 'succeeded', credits: result.credits };
    case 'partially_succeeded':
      return { outcome: 'partially_succeeded', credits: result.credits, summary: result.summary };
    case 'failed':
      return { outcome: 'failed', code: result.code ?? 'internal' };
    case 'canceled':
    case 'refused':
      return { outcome: result.outcome };
    case 'running':
      return { outcome: 'still_running' };
  }
}

/** The type of the failure with which a workflow closed is the failure code (workflows/closing/close-workflow.ts). */
function resultOfFailure(cause: Error | undefined): JobResult {
  if (cause instanceof CancelledFailure) return { outcome: 'canceled' };
  if (cause instanceof TerminatedFailure) return { outcome: 'failed', code: 'terminated' };
  const type = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
  return { outcome: 'failed', code: isFailureCode(type) ? type : 'internal' };
}
