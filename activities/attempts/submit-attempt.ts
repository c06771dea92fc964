import { activityInfo, sleep } from '@temporalio/activity';
import { performance } from 'node:perf_hooks';
import type { Attempt } from '../../domain/output-plan.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { AttemptStatus, Attempts } from '../../jobs/attempts/attempts.ts';
import { outcomeOf, type AcceptedAttempt, type AttemptOutcome } from './attempt-outcome.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { UploadInputs } from './upload-inputs.ts';
import type { Provider, SubmitInput, SubmitResult } from '../providers/provider.ts';

export type Submission = AttemptOutcome | AcceptedAttempt;

/**
 * From the database's word that this process may post to the first byte. A process that was frozen in between asks again: by then
 * its output may have ended, or support may have spoken.
 */
export const MAX_MS_BEFORE_POST = 2_000;

/** A connection, the row, and the post: more than the limits of the three together. */
const SUBMIT_LIMIT_MS = 20_000;

/** Between two tries to reach a provider: soon at first, then as often as a restart of it is worth. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 3_000;

/** As long as a database takes to restart. */
const CLOSE_TRIES = 20;
const CLOSE_PAUSE_MS = 1_000;

export type SubmitDependencies = {
  readonly attempts: Attempts;
  readonly providers: ProviderRegistry;
  readonly uploadInputs: UploadInputs;
};

/**
 * Submits an attempt to its provider at most once, however often it is called. What has not left this process is no
 * submission: a provider that cannot be reached is tried again until the attempt's limit, and no attempt is used up by it.
 */
export function createSubmitAttempt({ attempts, providers, uploadInputs }: SubmitDependencies) {
  return async function submitAttempt(attempt: Attempt): Promise<Submission> {
    const provider = providers.get(attempt.provider);
    const { work, secondsLeft, status } = await attempts.prepare(attempt);
    if (status !== null) return outcomeOf(status);
    if (work === null) return { outcome: 'fenced' };
    const right = createRightToPost(attempts, attempt);
    let mayHaveLeft = false;
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
        const part = await uploadedPartOf(attempt, provider, uploadInputs);
        if (part !== 'unreachable') {
          const { reference } = attempt;
          const input = { key: attempt, reference, work, part, deadlineSeconds: secondsLeft };
          mayHaveLeft = true;
          const result = await withTimeLimit(SUBMIT_LIMIT_MS, null, (signal) =>
            provider.submit(input, right.mayPost, signal),
          );
          if (result.outcome !== 'not_sent')
            return await recordSubmission(attempts, attempt, provider, result);
          mayHaveLeft = false;
          const refusedBy = right.refusedBy();
          if (refusedBy !== undefined) return outcomeOf(refusedBy);
        }
        if (hasTriedLongEnough(attempt, pauseMs)) return { outcome: 'failed', code: 'start_deadline' };
        await sleep(pauseMs);
      }
    } finally {
      if (!mayHaveLeft) await right.giveUpUnused();
    }
  };
}

type RightToPost = {
  /** How the row stands that refused it. */
  readonly refusedBy: () => AttemptStatus | undefined;
  readonly mayPost: () => Promise<boolean>;
  /** A row that was made and not used says so: nothing of it can arrive. */
  readonly giveUpUnused: () => Promise<void>;
};

/** The right to post, which the row gives to the one who made it, and takes away when it has moved on. */
function createRightToPost(attempts: Attempts, attempt: Attempt): RightToPost {
  const { accountId, reference } = attempt;
  let isMine = false;
  let refusedBy: AttemptStatus | undefined;
  return {
    refusedBy: () => refusedBy,
    mayPost: async () => {
      const elapsedMs = startWatch();
      const row = isMine ? await attempts.read(accountId, reference) : await attempts.begin(attempt);
      isMine ||= row !== undefined && 'isMine' in row && row.isMine;
      if (!isMine || row?.state !== 'posting') {
        refusedBy = row ?? { state: 'fenced', providerJobId: null, errorClass: null };
        return false;
      }
      return elapsedMs() <= MAX_MS_BEFORE_POST;
    },
    giveUpUnused: async () => {
      if (isMine) await attempts.close(accountId, reference);
    },
  };
}

/** Milliseconds since now, by whichever clock went on: a suspended machine stops the monotonic one, a step sets the other back. */
function startWatch(): () => number {
  const [monotonic, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}

/** Files are uploaded before the row: from the row to the post there is no time for films. */
async function uploadedPartOf(
  attempt: Attempt,
  provider: Provider,
  uploadInputs: UploadInputs,
): Promise<SubmitInput['part'] | 'unreachable'> {
  const { part } = attempt;
  if (part === null && attempt.hasReferences !== true) return null;
  const inputs = await uploadInputs(attempt, provider);
  if (inputs === 'not_taken') return 'unreachable';
  return part === null ? null : { stage: part.name, index: part.index, model: part.model, inputs };
}

function hasTriedLongEnough({ reachWithinSeconds }: Attempt, pauseMs: number): boolean {
  return Date.now() + pauseMs > activityInfo().scheduledTimestampMs + reachWithinSeconds * 1_000;
}

/**
 * Records that the connection was reset. Only this process knows it: a row that does not say so makes "not found" unbelievable for
 * good, so a database that is away for a moment is asked again.
 */
async function closeSurely(attempts: Attempts, { accountId, reference }: Attempt): Promise<AttemptStatus> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempts.close(accountId, reference);
    } catch (error) {
      if (tries === CLOSE_TRIES) throw error;
      await sleep(CLOSE_PAUSE_MS);
    }
  }
}

async function recordSubmission(
  attempts: Attempts,
  attempt: Attempt,
  provider: Provider,
  result: Exclude<SubmitResult, { outcome: 'not_sent' }>,
): Promise<Submission> {
  const { accountId, reference } = attempt;
  if (result.outcome === 'unknown') return outcomeOf(await closeSurely(attempts, attempt));
  const now = await attempts.move(accountId, reference, {
    // What a provider refused was not run, even if a look-up has doubted it meanwhile.
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
