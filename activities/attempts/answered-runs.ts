import { sleep } from '../cancellable-sleep.ts';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { KeptAnswer } from '../../jobs/attempts/answers.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { RunEnd } from '../providers/provider.ts';
import { outcomeOf, type AcceptedAttempt, type AttemptOutcome } from './attempt-outcome.ts';
import type { RecordEnd } from './record-end.ts';
import { recordSurely } from './record-surely.ts';

/** Between two tries of a link. Milliseconds. */
export type LinkPauses = { readonly firstMs: number; readonly maxMs: number };

/** Soon at first, then as often as the restart of a file host is worth. The run deadline of the job ends it. */
export const LINK_PAUSES: LinkPauses = { firstMs: 500, maxMs: 10_000 };

/** A host that has just been started, or whose copies are a moment behind, may know a link a little later. */
const EXPIRED_TRIES = 5;

const NOT_BROUGHT_IN = { code: 'provider_failed' } as const;

export type AnsweredRuns = ReturnType<typeof createAnsweredRuns>;

/**
 * Runs that were the answer to their post. Their service has nothing to poll: what was in the answer goes into our store at once, and a link in
 * it into PostgreSQL, from where it is fetched for as long as the job may run, by whichever worker is there.
 */
export function createAnsweredRuns(attempts: Attempts, recordEnd: RecordEnd, pauses = LINK_PAUSES) {
  return {
    /** `accepted`: what it made is to be fetched. */
    async record(
      attempt: Attempt,
      providerJobId: string,
      end: RunEnd,
    ): Promise<AttemptOutcome | AcceptedAttempt> {
      const answer = answerToKeep(end);
      if (answer === null) return recordEnd.recordAnswered(attempt, providerJobId, end);
      const { accountId, reference } = attempt;
      return outcomeOf(
        await recordSurely(() => attempts.keepAnswer(accountId, reference, providerJobId, answer)),
      );
    },

    /** Fetches what a kept answer links to. Costs nothing to repeat: nothing is submitted, and the same bytes are stored once. */
    async fetch(attempt: Attempt): Promise<AttemptOutcome> {
      const { accountId, reference } = attempt;
      const answer = await attempts.readAnswer(accountId, reference);
      // Support has said that it ran, and its answer was lost.
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
      // There is no other link to ask for, and the service has had its pay.
      if (expired === EXPIRED_TRIES) return recordEnd.fail(attempt, NOT_BROUGHT_IN, end);
      await sleep(pauseMs);
    }
  }
}

/** Null: nothing of it is to be fetched. An address that is none is no result, which `recordAnswered` says. */
function answerToKeep(end: RunEnd): KeptAnswer | null {
  if (end.state !== 'succeeded') return null;
  const { state: _state, files, ...said } = end;
  const [first] = files;
  if (first?.at !== 'link' || !URL.canParse(first.url)) return null;
  // As a parsed address has no character that PostgreSQL refuses.
  return { ...said, link: { url: new URL(first.url).href, bytes: first.bytes, sha256: first.sha256 } };
}

function endOf({ link, ...said }: KeptAnswer): RunEnd {
  return { ...said, state: 'succeeded', files: [{ at: 'link', ...link }] };
}
