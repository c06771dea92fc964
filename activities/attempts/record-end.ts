import { setTimeout as pause } from 'node:timers/promises';
import { cancellationSignal, log } from '@temporalio/activity';
import type { Attempt } from '../../domain/work/attempt.ts';
import { costOfRun } from '../../domain/prices/run-cost.ts';
import { errorClassOfRun, failureOfRun, type FailedRun } from '../../domain/work/rejections.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { ProviderAccount, StoredAsset } from '../../jobs/attempts/finish-attempt.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { CheckContent } from '../content/check-content.ts';
import type { RunCost, RunEnd } from '../providers/provider.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import { bringInResult, type NotBroughtIn } from './bring-in-result.ts';
import { recordSurely } from './record-surely.ts';
import { expectedContentOf } from './expected-content.ts';

type RecordEndDependencies = {
  readonly attempts: Attempts;
  readonly providers: ProviderRegistry;
  readonly assets: AssetStore;
  readonly checkContent: CheckContent;
};

export type RecordEnd = ReturnType<typeof createRecordEnd>;

/**
 * Records in its attempt's row how a run ended, by compare-and-set: support's restart, or the end of the reservation,
 * may have come first.
 */
export function createRecordEnd({ attempts, providers, assets, checkContent }: RecordEndDependencies) {
  const fail = async (
    attempt: Attempt,
    run: FailedRun,
    said: RunCost,
    synchronousRunId: string | null = null,
  ): Promise<AttemptOutcome> => {
    const { accountId, reference } = attempt;
    const bill = billOf(attempt, said);
    const state = await attempts.fail(accountId, reference, errorClassOfRun(run), bill, synchronousRunId);
    return state === 'replaced' || state === 'fenced' ? { outcome: state } : { outcome: 'failed', ...run };
  };

  const bringIn = (
    attempt: Attempt,
    { files }: RunEnd & { readonly state: 'succeeded' },
    signal: AbortSignal,
  ) =>
    bringInResult(
      { provider: providers.get(attempt.provider), assets, checkContent },
      files,
      expectedContentOf(attempt),
      signal,
    );

  const keep = async (
    attempt: Attempt,
    asset: StoredAsset,
    said: RunCost,
    synchronousRunId: string | null = null,
  ): Promise<AttemptOutcome> => {
    const { accountId, reference } = attempt;
    const state = await attempts.recordAsset(
      accountId,
      reference,
      asset,
      billOf(attempt, said),
      synchronousRunId,
    );
    return state === 'replaced' || state === 'fenced' ? { outcome: state } : { outcome: 'made' };
  };

  return {
    fail,
    /** Records the end of a job that was accepted. */
    async record(attempt: Attempt, end: RunEnd): Promise<AttemptOutcome | NotBroughtIn> {
      if (end.state === 'failed') return fail(attempt, failedRunOfEnd(end), end);
      const brought = await bringIn(attempt, end, cancellationSignal());
      switch (brought.outcome) {
        case 'stored':
          return keep(attempt, brought.asset, end);
        case 'failed':
          return fail(attempt, brought, end);
        case 'again':
        case 'link_expired':
          return brought;
      }
    },
    /**
     * Records a run whose answer held the whole result. The result is stored before the row says that there was an
     * answer: if the process dies in between, the attempt is unknown, as after any lost answer. That it was accepted is
     * recorded with its end, since an accepted attempt without an end would be followed, and there is nothing to
     * follow.
     */
    async recordSynchronous(attempt: Attempt, providerJobId: string, end: RunEnd): Promise<AttemptOutcome> {
      // A cancel comes too late and does not drop the answer: it cannot be asked for again.
      const brought =
        end.state === 'succeeded'
          ? await withTimeLimit(STORE_ANSWER_MS, null, (signal) =>
              storeAnswer(() => bringIn(attempt, end, signal), signal),
            )
          : null;
      return recordSurely(() =>
        brought?.outcome === 'stored'
          ? keep(attempt, brought.asset, end, providerJobId)
          : fail(attempt, brought?.outcome === 'failed' ? brought : failedRunOfEnd(end), end, providerJobId),
      );
    },
  };
}

function billOf({ cost }: Attempt, said: RunCost): ProviderAccount {
  return { billed: said.billed, ...costOfRun(cost ?? null, said) };
}

/** After this time without the asset store the answer, which only this process has, is lost. */
const STORE_ANSWER_MS = 5 * 60_000;
const STORE_AGAIN_AFTER_MS = 1_000;

/** Retries until the store is back: the content is in the memory of this process alone. */
async function storeAnswer(bringIn: () => ReturnType<typeof bringInResult>, signal: AbortSignal) {
  for (;;) {
    try {
      return await bringIn();
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn('the answer of a run could not be stored; trying again', { error });
      await pause(STORE_AGAIN_AFTER_MS);
    }
  }
}

function failedRunOfEnd(end: RunEnd): FailedRun {
  if (end.state === 'succeeded') return { code: 'provider_failed' };
  const code = failureOfRun(end.errorClass, end.reason);
  return end.errorClass === 'interrupted' ? { code, wasInterrupted: true } : { code };
}
