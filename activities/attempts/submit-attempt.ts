import { cancellationSignal } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { outcomeOf, UNCLEAR_ANSWER, type AcceptedAttempt, type AttemptOutcome } from './attempt-outcome.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { ModelInput } from './model-input.ts';
import { recordSurely } from './record-surely.ts';
import { createRightToPost, type RightToPost } from './right-to-post.ts';
import { createWaitForTurn, hasTriedLongEnough, type WaitForTurnDependencies } from './wait-for-turn.ts';
import type { UploadInputs } from './upload-inputs.ts';
import type { Provider, RunEnd, Submission, SubmitResult } from '../providers/provider.ts';
import { drawWebhookAddress } from '../provider-webhooks/draw-webhook-address.ts';

/** `ended`: the answer to the post was the run. Its row is still `posting`: nothing is stored yet. */
export type SubmittedAttempt =
  | AttemptOutcome
  | AcceptedAttempt
  | { readonly outcome: 'ended'; readonly providerJobId: string; readonly end: RunEnd };

/** What a submission may take besides its post: a connection and the row, with room for a slow database. */
export const LONGEST_BESIDE_POST_MS = 12_000;

/** Between two tries to reach a provider: short at first, then as often as suits a restart of it. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 3_000;

export type SubmitDependencies = WaitForTurnDependencies & {
  readonly providers: ProviderRegistry;
  readonly uploadInputs: UploadInputs;
  readonly modelInput: ModelInput;
  /** Where services reach our API for webhooks; null: they are given no address. */
  readonly webhookBaseUrl: string | null;
};

/**
 * Submits an attempt to its provider at most once, however often it is called. A provider that cannot be reached is
 * tried again until the attempt's limit: what has not left this process is no submission.
 */
export function createSubmitAttempt(dependencies: SubmitDependencies) {
  const { attempts, providers, uploadInputs, modelInput, webhookBaseUrl } = dependencies;
  return async function submitAttempt(attempt: Attempt): Promise<SubmittedAttempt> {
    const provider = providers.get(attempt.provider);
    const { work, secondsLeft, status, isModelOpen } = await attempts.prepare(attempt);
    if (status !== null) return outcomeOf(status);
    if (work === null) return { outcome: 'fenced' };
    const webhook = webhookOf(webhookBaseUrl, provider, attempt);
    const right = createRightToPost(attempts, attempt, webhook?.secretHash ?? null);
    const waitForTurn = createWaitForTurn(dependencies, attempt);
    const prepareSubmission = async (): Promise<Submission | 'not_taken'> => {
      const inputs = await uploadInputs(attempt, provider, work.reference_assets ?? [], (made) =>
        modelInput.files(attempt, work, made),
      );
      if (inputs === 'not_taken') return inputs;
      const { reference } = attempt;
      const webhookUrl = webhook?.url ?? null;
      return { ...modelInput.of(attempt, work, inputs), reference, deadlineSeconds: secondsLeft, webhookUrl };
    };
    const post = (submission: Submission): Promise<SubmitResult> =>
      withTimeLimit(provider.submitTimeoutMs + LONGEST_BESIDE_POST_MS, abortOf(provider), (signal) =>
        provider.submit(submission, right.mayPost, signal),
      );
    let hasToAsk = isModelOpen || attempts.hasLimits(attempt.provider);
    let mayHaveLeft = false;
    let submission: Submission | 'not_taken' = 'not_taken';
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
        // While the database does not respond only the row is asked for, again: it may have been made.
        if (right.failure() === undefined) {
          const wait = hasToAsk && !right.isMine() ? await waitForTurn() : null;
          if (wait !== null) return wait;
          // Files are uploaded before the row is made: between row and post there is no time for large ones.
          submission = await prepareSubmission();
        }
        if (submission !== 'not_taken') {
          mayHaveLeft = true;
          const result = await post(submission);
          if (result.outcome !== 'not_sent')
            return await recordSubmission(attempts, attempt, provider, result);
          mayHaveLeft = false;
          const refusedBy = right.refusedBy();
          if (refusedBy !== undefined) return outcomeOf(refusedBy);
        }
        const failure = right.failure();
        const waits = failure === undefined && (await isToWait(attempts, attempt, right));
        hasToAsk ||= waits;
        if (hasTriedLongEnough(attempt, pauseMs)) {
          if (failure !== undefined) throw failure;
          return { outcome: 'failed', code: 'start_deadline' };
        }
        // Back in its line it must be there when its turn comes.
        await sleep(waits ? FIRST_PAUSE_MS : pauseMs);
      }
    } finally {
      if (!mayHaveLeft) await right.giveUpUnused();
    }
  };
}

/** It was not sent: its turn was over, or its provider could not be reached. Returns whether it must ask for a turn. */
async function isToWait(attempts: Attempts, attempt: Attempt, right: RightToPost): Promise<boolean> {
  return !right.isMine() && (right.waits() || attempts.noteUnreached(attempt));
}

/** Null: the provider is given no address. */
function webhookOf(baseUrl: string | null, { capabilities }: Provider, { provider, reference }: Attempt) {
  return baseUrl === null || !capabilities.sendsWebhooks
    ? null
    : drawWebhookAddress(baseUrl, provider, reference);
}

/**
 * A post that starts a job takes a moment, and a cancel waits for it: its outcome would be unknown otherwise. Where the
 * post is the run, a cancel resets its connection.
 */
function abortOf({ capabilities }: Provider): AbortSignal | null {
  return capabilities.completion === 'answer' ? cancellationSignal() : null;
}

function recordUnknown(attempts: Attempts, attempt: Attempt, mayArriveLater: boolean) {
  const { accountId, reference } = attempt;
  return recordSurely(async () => {
    if (!mayArriveLater) return attempts.close(accountId, reference);
    const move = { from: ['posting', 'unknown'], to: 'unknown', errorClass: UNCLEAR_ANSWER } as const;
    return { ...(await attempts.move(accountId, reference, move)), errorClass: null };
  });
}

async function recordSubmission(
  attempts: Attempts,
  attempt: Attempt,
  provider: Provider,
  result: Exclude<SubmitResult, { outcome: 'not_sent' }>,
): Promise<SubmittedAttempt> {
  const { accountId, reference } = attempt;
  if (result.outcome === 'ended') return result;
  if (result.outcome === 'unknown')
    return outcomeOf(await recordUnknown(attempts, attempt, result.mayArriveLater));
  // The answer of the post is its outcome, even if a look-up made it unknown meanwhile.
  const from = ['posting', 'unknown'] as const;
  const now = await recordSurely(() =>
    result.outcome === 'accepted'
      ? attempts.accept(accountId, reference, from, result.providerJobId)
      : attempts.move(accountId, reference, { from, to: 'rejected', errorClass: result.errorClass }),
  );
  // A record whose response was lost finds its own.
  if (now.state === result.outcome && (now.isMoved || result.outcome === 'rejected')) return result;
  const isFollowed = now.state !== 'fenced' && now.state !== 'rejected';
  if (!isFollowed && result.outcome === 'accepted' && now.providerJobId === result.providerJobId) {
    // Nothing will follow this run: stop it where possible. Its id stays on the row for support.
    const { providerJobId } = result;
    await withTimeLimit(provider.submitTimeoutMs, null, (signal) => provider.cancel(providerJobId, signal));
  }
  return outcomeOf({ ...now, errorClass: null });
}
