import { performance } from 'node:perf_hooks';
import type { Attempt } from '../domain/output-plan.ts';
import { failedRunOf, type ErrorClass, type FailedRun } from '../domain/rejections.ts';
import { withTimeLimit } from '../runtime/time-limit.ts';
import type { Attempts, AttemptState } from '../jobs/attempts.ts';
import { keepAlive } from './keep-alive.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';
import type { HandOver } from './hand-over.ts';
import type { Provider, SubmitInput, SubmitResult } from './providers/provider.ts';

export type Submission =
  | { readonly outcome: 'accepted'; readonly providerJobId: string }
  | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass; readonly retryAfterMs: number | null }
  /** The request may or may not have arrived: only a look-up can tell. It is never sent again. */
  | { readonly outcome: 'unknown' }
  /** This attempt has been made before, to its end: by a workflow that started over since. */
  | { readonly outcome: 'collected' }
  | (FailedRun & { readonly outcome: 'failed' })
  /** Support has put another attempt in its place: the next is to be made. */
  | { readonly outcome: 'replaced' }
  /** The reservation has ended in the meantime; nothing is left to do. */
  | { readonly outcome: 'fenced' };

/**
 * From making the row to posting. A process that was frozen in between does not post: by then its attempt may have been
 * looked up, found missing and given up. (Whoever gives it up waits this long and the provider's submit timeout: resolve.ts.)
 */
export const MAX_MS_BEFORE_POST = 2_000;

/** Submits an attempt to its provider at most once, whoever calls and however often. */
export function createSubmit(attempts: Attempts, providers: ProviderRegistry, handOver: HandOver) {
  return async function submit(attempt: Attempt): Promise<Submission> {
    return keepAlive(async () => {
      const provider = providers.get(attempt.provider);
      const { piece } = attempt;
      if (piece === null && attempt.hasReferences !== true) {
        return submitOnce(attempts, provider, attempt, null);
      }
      // Before the row: from the row to the post there is no time for handing over films.
      const row = await attempts.read(attempt.accountId, attempt.reference);
      if (row !== undefined) return submissionOf(row.state, row.providerJobId, row.errorClass);
      const inputs = await handOver(attempt, provider);
      const named =
        piece === null ? null : { stage: piece.name, part: piece.part, model: piece.model, inputs };
      return submitOnce(attempts, provider, attempt, named);
    });
  };
}

async function submitOnce(
  attempts: Attempts,
  provider: Provider,
  attempt: Attempt,
  piece: SubmitInput['piece'],
): Promise<Submission> {
  const startedAt = performance.now();
  const row = await attempts.begin(attempt);
  if (!row.isMine) return submissionOf(row.state, row.providerJobId, row.errorClass);
  if (row.work === null || performance.now() - startedAt > MAX_MS_BEFORE_POST) return { outcome: 'unknown' };

  const { work, secondsLeft } = row;
  const input = { key: attempt, reference: attempt.reference, work, piece, deadlineSeconds: secondsLeft };
  const result = await withTimeLimit(provider.submitTimeoutMs, null, (signal) =>
    provider.submit(input, signal),
  );
  return recordSubmission(attempts, attempt, provider, result);
}

async function recordSubmission(
  attempts: Attempts,
  attempt: Attempt,
  provider: Provider,
  result: SubmitResult,
): Promise<Submission> {
  const now = await attempts.move(attempt.accountId, attempt.reference, {
    from: ['posting'],
    to: result.outcome,
    providerJobId: result.outcome === 'accepted' ? result.providerJobId : undefined,
    errorClass: result.outcome === 'rejected' ? result.errorClass : undefined,
  });
  if (now.isMoved) return result;
  if ((now.state === 'fenced' || now.state === 'rejected') && result.outcome === 'accepted') {
    // Nobody will ask for this result: stop it where we can. Its id stays on the row for support.
    const { providerJobId } = result;
    await withTimeLimit(provider.submitTimeoutMs, null, (signal) => provider.cancel(providerJobId, signal));
  }
  return submissionOf(now.state, now.providerJobId, null);
}

/** What an existing row says of its submission. A row still `posting` is someone else's, dead or alive: unknown. */
function submissionOf(
  state: AttemptState,
  providerJobId: string | null,
  errorClass: string | null,
): Submission {
  switch (state) {
    case 'collected':
      return { outcome: 'collected' };
    case 'failed':
      return { outcome: 'failed', ...failedRunOf(errorClass) };
    case 'accepted':
      return providerJobId === null ? { outcome: 'unknown' } : { outcome: 'accepted', providerJobId };
    case 'rejected':
      return {
        outcome: 'rejected',
        errorClass: (errorClass ?? 'resubmit') as ErrorClass,
        retryAfterMs: null,
      };
    case 'posting':
    case 'unknown':
      return { outcome: 'unknown' };
    case 'replaced':
    case 'fenced':
      return { outcome: state };
  }
}
