import { sleep } from '../cancellable-sleep.ts';
import { parseUrl } from '../../domain/parse-url.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { KeptAnswer } from '../../jobs/attempts/answers.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { RunEnd } from '../providers/provider.ts';
import { outcomeOf, type AcceptedAttempt, type AttemptOutcome } from './attempt-outcome.ts';
import type { RecordEnd } from './record-end.ts';
import { recordSurely } from './record-surely.ts';

/** Between two tries of a link. Milliseconds. */
export type LinkPauses = { readonly firstMs: number; readonly maxMs: number };

/** Short at first, then as often as suits the restart of a file host. The job's run deadline ends it. */
export const LINK_PAUSES: LinkPauses = { firstMs: 500, maxMs: 10_000 };

/** A host that was just started, or whose copies lag, may know a link a little later. */
const EXPIRED_TRIES = 5;

const NOT_BROUGHT_IN = { code: 'provider_failed' } as const;

export type SynchronousRuns = ReturnType<typeof createSynchronousRuns>;

/**
 * Runs that were the answer to their post: there is nothing to poll. Content in the answer is stored at once. A link in
 * it is kept in PostgreSQL, from where any worker fetches it for as long as the job may run.
 */
export function createSynchronousRuns(attempts: Attempts, recordEnd: RecordEnd, pauses = LINK_PAUSES) {
  return {
    /** Returns `accepted` when the answer links to a file, which `fetch` then brings in. */
    async record(
      attempt: Attempt,
      providerJobId: string,
      end: RunEnd,
    ): Promise<AttemptOutcome | AcceptedAttempt> {
      const answer = answerToKeep(end);
      if (answer === null) return recordEnd.recordSynchronous(attempt, providerJobId, end);
      const { accountId, reference } = attempt;
      return outcomeOf(
        await recordSurely(() => attempts.keepAnswer(accountId, reference, providerJobId, answer)),
      );
    },

    /**
     * Fetches the file that a kept answer links to. It can be repeated: nothing is submitted, and the same bytes are
     * stored once.
     */
    async fetch(attempt: Attempt): Promise<AttemptOutcome> {
      const { accountId, reference } = attempt;
      const answer = await attempts.readAnswer(accountId, reference);
      // Support said that it ran, and its answer was lost.
      if (answer === null) return recordEnd.fail(attempt, NOT_BROUGHT_IN, { billed: 'unknown', cost: null });
      const outcome = await fetchUntilKnown(attempt, endOf(answer));
      await attempts.forgetAnswer(accountId, reference);
      return outcome;
    },
  };

  async function fetchUntilKnown(attempt: Attempt, end: RunEnd): Promise<AttemptOutcome> {
    let expired = 0;
    for (let pauseMs = pauses.firstMs; ; pauseMs = Math.min(pauseMs * 2, pauses.maxMs)) {
      const recorded = await recordEnd.record(attempt, end);
      if (recorded.outcome !== 'again' && recorded.outcome !== 'link_expired') return recorded;
      expired = recorded.outcome === 'link_expired' ? expired + 1 : 0;
      // There is no other link to ask for, and the run was billed.
      if (expired === EXPIRED_TRIES) return recordEnd.fail(attempt, NOT_BROUGHT_IN, end);
      await sleep(pauseMs);
    }
  }
}

/** Null: there is nothing to fetch. `recordSynchronous` fails a result whose address is invalid. */
function answerToKeep(end: RunEnd): KeptAnswer | null {
  if (end.state !== 'succeeded') return null;
  const { state: _state, files, ...said } = end;
  const [first] = files;
  if (first?.at !== 'link') return null;
  // A parsed address has no character that PostgreSQL refuses.
  const url = parseUrl(first.url)?.href;
  return url === undefined ? null : { ...said, link: { url, bytes: first.bytes, sha256: first.sha256 } };
}

function endOf({ link, ...said }: KeptAnswer): RunEnd {
  return { ...said, state: 'succeeded', files: [{ at: 'link', ...link }] };
}
