import { cancellationSignal, Context } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import { failureOf, type Failure } from '../../domain/work/failures.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import { detailOfRefusal } from '../../domain/work/reference-assets.ts';
import type { ClaimedReference, References } from '../../jobs/outputs/reference-records.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';
import {
  fetchReference,
  longestFetchMs,
  type FetchDependencies,
  type FetchedReference,
  type FetchLimits,
} from './fetch-reference.ts';

type KeptReferences =
  /** All of them are in our store. */
  { readonly outcome: 'kept' } | { readonly outcome: 'refused'; readonly failure: Failure };

type KeepReferencesDependencies = FetchDependencies & {
  readonly references: References;
  readonly fetchLimits: FetchLimits;
};

/** Room for storing what arrived last. */
const LEASE_SPARE_SECONDS = 10;

/** Another output of the job is fetching it. */
const LOOK_AGAIN_MS = 500;

/**
 * Fetches the pictures of an output's brief, once per job and address, whichever output asks and however often. The
 * addresses come from PostgreSQL: they may hold a signature, and more people can read a history.
 */
export function createKeepReferences(deps: KeepReferencesDependencies) {
  const limits = deps.fetchLimits;
  const leaseSeconds = longestFetchMs(limits) / 1_000 + LEASE_SPARE_SECONDS;
  return async function keepReferences(
    output: Pick<OutputPlan, 'accountId' | 'jobId' | 'outputId'>,
  ): Promise<KeptReferences> {
    return withHeartbeat(async () => {
      for (;;) {
        const claimed = await deps.references.claim(output, leaseSeconds);
        const mine = claimed.filter(({ state }) => state === 'mine');
        await Promise.all(
          mine.map(async ({ url }) => {
            await deps.references.resolve(output, url, toRecord(await fetchPatiently(deps, url, limits)));
          }),
        );
        if (mine.length === 0 && claimed.every(({ state }) => state !== 'busy')) return resultOf(claimed);
        if (mine.length === 0) await sleep(LOOK_AGAIN_MS);
      }
    });
  };
}

/** Retries, where that can help. */
async function fetchPatiently(
  deps: KeepReferencesDependencies,
  url: string,
  { tryTimeoutMs, pausesMs }: FetchLimits,
): Promise<FetchedReference> {
  for (const pauseMs of [...pausesMs, null]) {
    try {
      const fetched = await fetchReference(deps, url, cancellationSignal(), tryTimeoutMs);
      if (fetched !== null) return fetched;
    } catch (error) {
      // The SDK must see its own CancelledFailure.
      if (cancellationSignal().aborted) await Context.current().cancelled;
      throw error;
    }
    if (pauseMs !== null) await sleep(pauseMs);
  }
  return { outcome: 'refused', refusal: 'unreachable' };
}

function toRecord(fetched: FetchedReference) {
  return fetched.outcome === 'kept' ? { asset: fetched.asset } : { refusal: fetched.refusal };
}

function resultOf(references: readonly ClaimedReference[]): KeptReferences {
  const refused = references.find(({ state }) => state === 'refused');
  if (refused === undefined) return { outcome: 'kept' };
  const detail = detailOfRefusal(refused.position, refused.refusal ?? 'unreachable');
  return { outcome: 'refused', failure: { ...failureOf('asset_refused'), detail } };
}
