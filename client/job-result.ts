import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { failureOf, isFailureCode, type FailureCode } from '../domain/work/failures.ts';
import { outputIdOf, workflowIdOf } from '../domain/ids.ts';
import type {
  BatchResult,
  EndedOutput,
  GenerationResult,
  ReleasedDetails,
} from '../contract/workflow-messages.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

/**
 * An output that has ended, with the HTTP API's names. Its content is read there, at `content_url`; null: it was not
 * delivered.
 */
type ResultOutput = EndedOutput & { readonly content_url: string | null };

type Outputs = { readonly outputs: readonly ResultOutput[] };

/** How a job ended, as its workflow says; or why that is not known now. */
export type JobResult =
  | ({ readonly outcome: 'succeeded'; readonly credits: number } & Outputs)
  /** Some outputs of several were delivered and charged. */
  | ({
      readonly outcome: 'partially_succeeded';
      readonly credits: number;
      readonly summary: string;
    } & Outputs)
  | { readonly outcome: 'refused' }
  | ({ readonly outcome: 'failed'; readonly code: FailureCode } & Outputs)
  | ({ readonly outcome: 'canceled' } & Outputs)
  /** It existed when the wait began, and did not end in time. */
  | { readonly outcome: 'still_running' }
  | { readonly outcome: 'not_found' }
  /** Temporal did not respond in time: whether there is such a job is not known. */
  | { readonly outcome: 'unavailable' };

/** So long before the end of the wait, a Describe asks whether the workflow exists. */
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
      // A wait that times out does not say whether the workflow exists: a Describe beside it does. Most waits end
      // before it is needed. An error of the Describe is an error of the wait too, which reports it.
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
    return resultOf(result, jobId);
  } catch (error) {
    if (error instanceof WorkflowFailedError) return resultOfFailure(error.cause, jobId);
    if (error instanceof WorkflowNotFoundError) return { outcome: 'not_found' };
    if (isTemporalAway(error)) return { outcome: 'unavailable' };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The result of a completed workflow: a batch always completes, however its outputs ended. */
function resultOf(result: GenerationResult | BatchResult, jobId: string): JobResult {
  switch (result.outcome) {
    case 'succeeded':
      return { outcome: 'succeeded', credits: result.credits, outputs: outputsOf(result, jobId) };
    case 'partially_succeeded': {
      const { credits, summary } = result;
      return { outcome: 'partially_succeeded', credits, summary, outputs: outputsOf(result, jobId) };
    }
    case 'failed':
      return { outcome: 'failed', code: result.code ?? 'internal', outputs: outputsOf(result, jobId) };
    case 'canceled':
      return { outcome: 'canceled', outputs: outputsOf(result, jobId) };
    case 'refused':
      return { outcome: 'refused' };
    case 'running':
      return { outcome: 'still_running' };
  }
}

type Ended = Exclude<GenerationResult | BatchResult, { readonly outcome: 'refused' }>;

/** The outputs of a batch, as its workflow returns them; else the only one, which was delivered. */
function outputsOf(result: Ended, jobId: string): readonly ResultOutput[] {
  if ('outputs' in result) return (result.each ?? []).map(withContentUrl);
  const { credits, content } = result;
  return [withContentUrl({ ...onlyOutputOf(jobId, 'succeeded', { credits, failure: null }), ...content })];
}

function onlyOutputOf(
  jobId: string,
  state: EndedOutput['state'],
  { credits, failure }: Pick<EndedOutput, 'credits' | 'failure'>,
): EndedOutput {
  const nothing = { sha256: null, content_type: null, bytes: null };
  return { id: outputIdOf(jobId, 0), item: 0, variation: 0, state, credits, failure, ...nothing };
}

function withContentUrl(output: EndedOutput): ResultOutput {
  return { ...output, content_url: output.state === 'succeeded' ? `/v1/outputs/${output.id}/content` : null };
}

/**
 * The type of the failure with which a workflow closed is the failure code (workflows/closing/close-workflow.ts). Only
 * a job with one output fails so.
 */
function resultOfFailure(cause: Error | undefined, jobId: string): JobResult {
  if (cause instanceof CancelledFailure) {
    const canceled = { credits: null, failure: failureOf('canceled') };
    return { outcome: 'canceled', outputs: [withContentUrl(onlyOutputOf(jobId, 'canceled', canceled))] };
  }
  // The reconciler decides how its outputs end.
  if (cause instanceof TerminatedFailure) return { outcome: 'failed', code: 'terminated', outputs: [] };
  const type = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
  const code = isFailureCode(type) ? type : 'internal';
  // Only a released output has details.
  const [details] = (cause instanceof ApplicationFailure ? cause.details : []) ?? [];
  const { credits = null, failure = failureOf(code) } = (details ?? {}) as Partial<ReleasedDetails>;
  return {
    outcome: 'failed',
    code,
    outputs: [withContentUrl(onlyOutputOf(jobId, 'failed', { credits, failure }))],
  };
}
