import { cancellationSignal } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import { performance } from 'node:perf_hooks';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { AttemptRow } from '../../jobs/attempts/read-attempts.ts';
import { outcomeOf, UNCLEAR_ANSWER } from '../attempts/attempt-outcome.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';
import type { ThisProcess } from '../attempts/this-process.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Provider } from '../providers/provider.ts';
import { MAX_MS_BEFORE_POST } from '../attempts/submit-attempt.ts';

export type Resolution =
  /** Its row says what came of it; the provider's job where there is one. */
  | { readonly outcome: 'known'; readonly providerJobId: string | null }
  /** Its provider cannot be asked. */
  | { readonly outcome: 'unresolvable' };

/** Between two look-ups: soon at first, then so that little is lost when one is believed, for as long as the job's deadline lets it go on. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 3_000;

/**
 * After its submitter has reset the connection, or its kernel has had its turn: room for what is on the wire, for the service to note
 * what it took, and for clocks read apart.
 */
const NOT_FOUND_MARGIN_SECONDS = 2;

/** The most that the first retransmission of a kernel waits (RFC 6298: 1 s before a round trip was measured), and as much again. */
const FIRST_RETRANSMISSION_SECONDS = 2;

/**
 * How long what a gateway has passed on may be under way behind it: a kernel gives up sending after about 15 minutes (tcp(7),
 * tcp_retries2), and the gateway's is not ours to ask.
 */
const BEHIND_GATEWAY_SECONDS = 20 * 60;

/**
 * A look-up that took longer has met an outage on its way, and does not count as carried. With the longest pause between two look-ups
 * this notices every outage of 5 s.
 */
const PROMPT_MS = 1_500;

export type ResolveDependencies = {
  readonly attempts: Attempts;
  readonly providers: ProviderRegistry;
  readonly thisProcess: ThisProcess;
  /** Services are given an address to tell of their jobs at: by that one may be heard of whose answer was lost. */
  readonly hearsWebhooks: boolean;
};

/**
 * Finds out what became of a submission whose answer was lost: by its provider's record, or by a webhook of the attempt's own address, which
 * proves that it was taken. Goes on until it is known or the workflow gives up; `unresolvable` at once for a provider that can neither be
 * asked nor tells anything.
 */
export function createResolve({ attempts, providers, thisProcess, hearsWebhooks }: ResolveDependencies) {
  return async function resolve(attempt: Attempt): Promise<Resolution> {
    const provider = providers.get(attempt.provider);
    const proof = createNotFoundProof(provider, thisProcess);
    const isHeardOf = hearsWebhooks && provider.capabilities.sendsWebhooks;
    return withHeartbeat(async () => {
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
        const resolution = await lookOnce(attempts, provider, attempt, proof, isHeardOf);
        if (resolution !== null) return resolution;
        await sleep(waitMs);
      }
    });
  };
}

async function lookOnce(
  attempts: Attempts,
  provider: Provider,
  { accountId, reference, model }: Attempt,
  proof: NotFoundProof,
  isHeardOf: boolean,
): Promise<Resolution | null> {
  const row = await attempts.read(accountId, reference);
  const readAtMs = performance.now();
  const known = resolutionOf(row);
  if (known !== null || row === undefined) return known;
  // Fence first: the submitter, should it still be alive, can no longer turn this row into an accepted one by itself.
  await attempts.move(accountId, reference, { from: ['posting'], to: 'unknown' });
  const { toldJob } = row;
  if (toldJob !== null) {
    const providerJobId = provider.jobTold?.(toldJob, model) ?? toldJob;
    await attempts.move(accountId, reference, { from: ['unknown'], to: 'accepted', providerJobId });
    return resolutionOf(await attempts.read(accountId, reference));
  }
  if (provider.capabilities.lookup === 'none') return isHeardOf ? null : { outcome: 'unresolvable' };

  const askedAtMs = performance.now();
  const found = await provider.lookup(reference, cancellationSignal());
  const wasPrompt = performance.now() - askedAtMs <= PROMPT_MS;
  if (found.outcome === 'found') {
    const { providerJobId } = found;
    await attempts.move(accountId, reference, { from: ['unknown'], to: 'accepted', providerJobId });
  } else if (proof.isNotRun(row, readAtMs, found.outcome === 'not_found', wasPrompt)) {
    const errorClass: ErrorClass = 'not_found';
    await attempts.move(accountId, reference, { from: ['unknown'], to: 'rejected', errorClass });
  } else {
    return null;
  }
  return resolutionOf(await attempts.read(accountId, reference));
}

type NotFoundProof = {
  /** Told of each look-up in turn, with the row as it was read before, and when that was. */
  readonly isNotRun: (row: AttemptRow, readAtMs: number, isNotFound: boolean, wasPrompt: boolean) => boolean;
};

/**
 * When "not found" proves that nothing ran: it has to come from a service that says so of its look-up, while the service would
 * still remember, and once nothing of the post can arrive any more:
 *
 * - its submitter has reset the connection and said so; or
 * - its submitter has died on this machine, and the network has carried our look-ups for as long again as had passed since the post
 *   when they began. Its kernel goes on sending what was in the buffer, but each pause between two tries is about as long as
 *   all before it together (RFC 6298, 5.5), so one try lies in that time, and would have arrived; or
 * - something responded that did not say, and what it may have passed on can no longer be under way.
 *
 * Of any other (frozen, or of another machine) it cannot be known, so it is never believed: a look-up that finds it, support,
 * or the deadline ends the doubt. The second span is measured by a clock that stands still while the machine does, as its kernel.
 */
function createNotFoundProof(provider: Provider, thisProcess: ThisProcess): NotFoundProof {
  const patienceSeconds = (MAX_MS_BEFORE_POST + provider.submitTimeoutMs) / 1_000 + NOT_FOUND_MARGIN_SECONDS;
  const memorySeconds = provider.capabilities.memorySeconds ?? Number.POSITIVE_INFINITY;
  /** The first of an unbroken row of look-ups since the submitter is known to be dead. */
  let sinceFirst: { readonly atMs: number; readonly postedSecondsAgo: number } | undefined;
  return {
    isNotRun(row, readAtMs, isNotFound, wasPrompt) {
      const atMs = performance.now();
      const postedSecondsAgo = row.postedSecondsAgo + (atMs - readAtMs) / 1_000;
      if (!isNotFound || !wasPrompt || !thisProcess.hasDied(row.submitter)) sinceFirst = undefined;
      else sinceFirst ??= { atMs, postedSecondsAgo };

      const isAuthoritative = provider.capabilities.lookup === 'authoritative';
      if (!isNotFound || !isAuthoritative || row.state !== 'unknown') return false;
      if (row.postedSecondsAgo < patienceSeconds || row.postedSecondsAgo > memorySeconds) return false;
      if (row.errorClass === UNCLEAR_ANSWER) return row.postedSecondsAgo >= BEHIND_GATEWAY_SECONDS;
      if (row.closedSecondsAgo !== null) return row.closedSecondsAgo >= NOT_FOUND_MARGIN_SECONDS;
      if (sinceFirst === undefined) return false;
      const carriedSeconds = (atMs - sinceFirst.atMs) / 1_000;
      return carriedSeconds >= sinceFirst.postedSecondsAgo + FIRST_RETRANSMISSION_SECONDS;
    },
  };
}

/** Null while it is not known. */
function resolutionOf(row: AttemptRow | undefined): Resolution | null {
  if (row === undefined) return { outcome: 'known', providerJobId: null };
  const isKnown = outcomeOf(row).outcome !== 'unknown';
  return isKnown ? { outcome: 'known', providerJobId: row.providerJobId } : null;
}
