import { cancellationSignal } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import { performance } from 'node:perf_hooks';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { AttemptRow } from '../../jobs/attempts/read-attempts.ts';
import { outcomeOf, UNCLEAR_ANSWER } from '../attempts/attempt-outcome.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';
import type { ThisProcess } from '../attempts/this-process.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Provider } from '../providers/provider.ts';
import { MAX_MS_BEFORE_POST } from '../attempts/right-to-post.ts';
import { LONGEST_BESIDE_POST_MS } from '../attempts/submit-attempt.ts';

type Resolution =
  /** Its outcome is on its row; with the provider's job id where there is one. */
  | { readonly outcome: 'known'; readonly providerJobId: string | null }
  /** Its provider cannot be asked. */
  | { readonly outcome: 'unresolvable' };

/** Between two look-ups: short at first, for as long as the job's deadline allows. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 3_000;

/**
 * After the submitter's reset, or its kernel's last try: time for what is on the wire, for the service to record what
 * it took, and for clocks that differ.
 */
const NOT_FOUND_MARGIN_SECONDS = 2;

/** Twice the longest wait before a kernel's first retransmission (RFC 6298: 1 s before a round trip is measured). */
const FIRST_RETRANSMISSION_SECONDS = 2;

/**
 * How long a request that a gateway has passed on may be under way: a kernel gives up sending after about 15 minutes
 * (tcp(7), tcp_retries2), and we cannot ask the gateway.
 */
const BEHIND_GATEWAY_SECONDS = 20 * 60;

/**
 * A slower look-up met an outage on its way, and does not count. With the longest pause between two look-ups this
 * notices every outage of 5 s.
 */
const PROMPT_MS = 1_500;

type ResolveDependencies = {
  readonly attempts: Attempts;
  readonly providers: ProviderRegistry;
  readonly thisProcess: ThisProcess;
  /** Services are given webhook addresses: an attempt whose answer was lost may report itself. */
  readonly hearsWebhooks: boolean;
};

/**
 * Finds out what came of a submission whose answer was lost: by its provider's record, by a webhook to the attempt's own
 * address, which proves that it was accepted, or by its submitter, if that is still alive and receives the answer. Goes on
 * until the outcome is known or the workflow cancels it; `unresolvable` for a provider that can neither be looked up nor
 * sends webhooks, as soon as the answer can no longer arrive.
 */
export function createResolve({ attempts, providers, thisProcess, hearsWebhooks }: ResolveDependencies) {
  return async function resolve(attempt: Attempt): Promise<Resolution> {
    const provider = providers.get(attempt.provider);
    const proof = createNotFoundProof(provider, thisProcess);
    const isHeardOf = hearsWebhooks && provider.capabilities.sendsWebhooks;
    const mayBeHeardOf = (row: AttemptRow) => isHeardOf || mayBeAnswered(row, provider, thisProcess);
    return withHeartbeat(async () => {
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
        const resolution = await lookOnce(attempts, provider, attempt, proof, mayBeHeardOf);
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
  mayBeHeardOf: (row: AttemptRow) => boolean,
): Promise<Resolution | null> {
  const row = await attempts.read(accountId, reference);
  const readAtMs = performance.now();
  const known = resolutionOf(row);
  if (known !== null || row === undefined) return known;
  // Fence first: a look-up's conclusion is written only if the row is still unknown. A live submitter still writes its answer.
  await attempts.move(accountId, reference, { from: ['posting'], to: 'unknown' });
  const { toldJob } = row;
  if (toldJob !== null) {
    const providerJobId = provider.jobTold?.(toldJob, model) ?? toldJob;
    await attempts.accept(accountId, reference, ['unknown'], providerJobId);
    return resolutionOf(await attempts.read(accountId, reference));
  }
  if (provider.capabilities.lookup === 'none') return mayBeHeardOf(row) ? null : { outcome: 'unresolvable' };

  const askedAtMs = performance.now();
  const found = await provider.lookup(reference, cancellationSignal(), row.postedSecondsAgo);
  const wasPrompt = performance.now() - askedAtMs <= PROMPT_MS;
  if (found.outcome === 'found') {
    const { providerJobId } = found;
    await attempts.accept(accountId, reference, ['unknown'], providerJobId);
  } else if (proof.isNotRun(row, readAtMs, found.outcome === 'not_found', wasPrompt)) {
    const errorClass: ErrorClass = 'not_found';
    await attempts.move(accountId, reference, { from: ['unknown'], to: 'rejected', errorClass });
  } else {
    return null;
  }
  return resolutionOf(await attempts.read(accountId, reference));
}

/** Whether the submitter may still receive the answer: it is not known to be dead, has not given up, and is within its time limit. */
function mayBeAnswered(row: AttemptRow, provider: Provider, thisProcess: ThisProcess): boolean {
  if (row.closedSecondsAgo !== null || row.errorClass === UNCLEAR_ANSWER) return false;
  const longestMs = MAX_MS_BEFORE_POST + provider.submitTimeoutMs + LONGEST_BESIDE_POST_MS;
  return row.postedSecondsAgo * 1_000 <= longestMs && !thisProcess.hasDied(row.submitter);
}

type NotFoundProof = {
  /** Called after every look-up, with the row as read before it and when: whether it proves that nothing ran. */
  readonly isNotRun: (row: AttemptRow, readAtMs: number, isNotFound: boolean, wasPrompt: boolean) => boolean;
};

/**
 * When "not found" proves that nothing ran. It must come from an authoritative look-up, while the service still
 * remembers, and after nothing of the post can arrive any more:
 *
 * - its submitter has reset the connection and recorded it; or
 * - its submitter has died on this machine, and the network has carried our look-ups for as long again as had passed
 * since the post. Its kernel goes on sending what was in the buffer, but each pause between two tries is about as long
 * as all before it together (RFC 6298, 5.5), so one try lies in that time, and would have arrived; or
 * - something responded unclearly, and what it may have passed on can no longer be under way.
 *
 * Of a submitter that is frozen, or on another machine, it proves nothing: a look-up that finds the job, support, or
 * the deadline ends the doubt. The second span is measured by a clock that stands still while the machine does, as its
 * kernel's.
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

/** Null: not known yet. */
function resolutionOf(row: AttemptRow | undefined): Resolution | null {
  if (row === undefined) return { outcome: 'known', providerJobId: null };
  const isKnown = outcomeOf(row).outcome !== 'unknown';
  return isKnown ? { outcome: 'known', providerJobId: row.providerJobId } : null;
}
