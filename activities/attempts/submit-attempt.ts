import { cancellationSignal } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import { performance } from 'node:perf_hooks';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { AttemptStatus } from '../../jobs/attempts/attempt-status.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { outcomeOf, UNCLEAR_ANSWER, type AcceptedAttempt, type AttemptOutcome } from './attempt-outcome.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { ModelInput } from './model-input.ts';
import { recordSurely } from './record-surely.ts';
import { createWaitForTurn, hasTriedLongEnough, type WaitForTurnDependencies } from './wait-for-turn.ts';
import type { UploadInputs } from './upload-inputs.ts';
import type { Provider, RunEnd, SubmitResult } from '../providers/provider.ts';
import { drawWebhookAddress } from '../webhooks/draw-webhook-address.ts';

/** `ended`: the answer to the post was the run; its row is still `posting`, since nothing of it has been kept yet. */
export type SubmittedAttempt =
  | AttemptOutcome
  | AcceptedAttempt
  | { readonly outcome: 'ended'; readonly providerJobId: string; readonly end: RunEnd };

/**
 * From the database's word that this process may post to the first byte. A process that was frozen in between asks again: by then
 * its output may have ended, or support may have spoken.
 */
export const MAX_MS_BEFORE_POST = 2_000;

/** What a submission may take beside its post: a connection and the row, with room for a slow database. */
const BESIDE_POST_MS = 12_000;

/** Between two tries to reach a provider: soon at first, then as often as a restart of it is worth. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 3_000;

export type SubmitDependencies = WaitForTurnDependencies & {
  readonly providers: ProviderRegistry;
  readonly uploadInputs: UploadInputs;
  readonly modelInput: ModelInput;
  /** Where services reach our API, to tell what came of an attempt; null: they are given no address. */
  readonly webhookBaseUrl: string | null;
};

/**
 * Submits an attempt to its provider at most once, however often it is called. What has not left this process is no
 * submission: a provider that cannot be reached is tried again until the attempt's limit, and no attempt is used up by it.
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
    let hasToAsk = isModelOpen || attempts.hasLimits(attempt.provider);
    let mayHaveLeft = false;
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
        const wait = hasToAsk && !right.isMine() ? await waitForTurn() : null;
        if (wait !== null) return wait;
        // Files are uploaded before the row is made: from the row to the post there is no time for films.
        const inputs = await uploadInputs(attempt, provider, work.reference_assets ?? [], (made) =>
          modelInput.files(attempt, work, made),
        );
        if (inputs !== 'not_taken') {
          const submission = {
            ...modelInput.of(attempt, work, inputs),
            reference: attempt.reference,
            deadlineSeconds: secondsLeft,
            webhookUrl: webhook?.url ?? null,
          };
          mayHaveLeft = true;
          const result = await withTimeLimit(
            provider.submitTimeoutMs + BESIDE_POST_MS,
            abortOf(provider),
            (signal) => provider.submit(submission, right.mayPost, signal),
          );
          if (result.outcome !== 'not_sent')
            return await recordSubmission(attempts, attempt, provider, result);
          mayHaveLeft = false;
          const refusedBy = right.refusedBy();
          if (refusedBy !== undefined) return outcomeOf(refusedBy);
        }
        const waits = await isToWait(attempts, attempt, right);
        hasToAsk ||= waits;
        if (hasTriedLongEnough(attempt, pauseMs)) return { outcome: 'failed', code: 'start_deadline' };
        // One that goes back into its line is to be there when its turn comes.
        await sleep(waits ? FIRST_PAUSE_MS : pauseMs);
      }
    } finally {
      if (!mayHaveLeft) await right.giveUpUnused();
    }
  };
}

/** Why it was not sent: it was not its turn, or its provider could not be reached. Returns whether it has to ask for its turn now. */
async function isToWait(attempts: Attempts, attempt: Attempt, right: RightToPost): Promise<boolean> {
  return !right.isMine() && (right.waits() || attempts.noteUnreached(attempt));
}

/** Null where its provider is told no address. */
function webhookOf(baseUrl: string | null, { capabilities }: Provider, { provider, reference }: Attempt) {
  return baseUrl === null || !capabilities.sendsWebhooks
    ? null
    : drawWebhookAddress(baseUrl, provider, reference);
}

type RightToPost = {
  /** How the row stands that refused it. */
  readonly refusedBy: () => AttemptStatus | undefined;
  readonly isMine: () => boolean;
  /** Whether it was not its turn when it was asked for last: told once. */
  readonly waits: () => boolean;
  readonly mayPost: () => Promise<boolean>;
  /** A row that was made and not used says so: nothing was sent, so nothing ran. */
  readonly giveUpUnused: () => Promise<void>;
};

/** The right to post, which the row gives to the one who made it, and takes away when it has moved on. */
function createRightToPost(
  attempts: Attempts,
  attempt: Attempt,
  webhookSecretHash: Buffer | null,
): RightToPost {
  const { accountId, reference } = attempt;
  let isMine = false;
  let refusedBy: AttemptStatus | undefined;
  let waitsForTurn = false;
  return {
    refusedBy: () => refusedBy,
    isMine: () => isMine,
    waits: () => {
      const waits = waitsForTurn;
      waitsForTurn = false;
      return waits;
    },
    mayPost: async () => {
      const elapsedMs = startWatch();
      const row = isMine
        ? await attempts.read(accountId, reference)
        : await attempts.begin(attempt, webhookSecretHash);
      isMine ||= row !== undefined && 'isMine' in row && row.isMine;
      waitsForTurn = row !== undefined && 'waitsFor' in row && row.waitsFor !== null;
      if (waitsForTurn) return false;
      if (!isMine || row?.state !== 'posting') {
        refusedBy = row ?? { state: 'fenced', providerJobId: null, errorClass: null };
        return false;
      }
      return elapsedMs() <= MAX_MS_BEFORE_POST;
    },
    giveUpUnused: async () => {
      if (!isMine) return;
      const errorClass: ErrorClass = 'not_found';
      await attempts.move(accountId, reference, { from: ['posting', 'unknown'], to: 'rejected', errorClass });
    },
  };
}

/** Milliseconds since now, by whichever clock went on: a suspended machine stops the monotonic one, a step sets the other back. */
function startWatch(): () => number {
  const [monotonic, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}

/**
 * A post that starts a job is over in a moment, and a cancel waits for it rather than leave its outcome unknown. Where the post is the
 * run, a cancel is the reset of its connection.
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
  const now = await attempts.move(accountId, reference, {
    // A submission that a provider refused was not run, even if a look-up has doubted it meanwhile.
    from: result.outcome === 'accepted' ? ['posting'] : ['posting', 'unknown'],
    to: result.outcome,
    providerJobId: result.outcome === 'accepted' ? result.providerJobId : undefined,
    errorClass: result.outcome === 'rejected' ? result.errorClass : undefined,
  });
  if (now.isMoved) return result;
  if ((now.state === 'fenced' || now.state === 'rejected') && result.outcome === 'accepted') {
    // This result will not be asked for: stop it where we can. Its id stays on the row for support.
    const { providerJobId } = result;
    await withTimeLimit(provider.submitTimeoutMs, null, (signal) => provider.cancel(providerJobId, signal));
  }
  return outcomeOf({ ...now, errorClass: null });
}
