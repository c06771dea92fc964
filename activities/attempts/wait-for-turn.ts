import { activityInfo } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';

/** A place in the line is told anew once it has halved: a job that begins as the thousandth has ten events of it. */
const SHARE_THAT_IS_NEWS = 2;

export type WaitForTurn = () => Promise<AttemptOutcome | null>;

/**
 * The few at the head of a line look after their turn in their activity, until it comes: one that left for a moment would miss it. The others
 * leave its slot to other work meanwhile.
 */
const LOOK_EVERY_MS = 500;

/** What people read while a job waits. */
const STAGES = { model: 'waiting_for_model', turn: 'waiting_for_turn' } as const satisfies Record<
  WaitsFor,
  string
>;

/**
 * Waits until it is an attempt's turn at its provider: null then. Else the attempt is to be asked for again later (`waiting`), or it has
 * waited for as long as it may, and provably did not run. Nothing of an attempt is on record before its turn, and none is used up.
 */
export function createWaitForTurn(attempts: Attempts, progress: JobProgress, attempt: Attempt): WaitForTurn {
  let told: { readonly waitsFor: WaitsFor; readonly ahead: number } | undefined;
  const tell = async (waitsFor: WaitsFor, ahead: number): Promise<void> => {
    const isNews =
      told?.waitsFor !== waitsFor || (ahead < told.ahead && ahead * SHARE_THAT_IS_NEWS <= told.ahead);
    if (!isNews || attempt.part !== null) return;
    told = { waitsFor, ahead };
    const shown = { stage: STAGES[waitsFor], fraction: null, queue_position: ahead };
    await progress.record(attempt.accountId, attempt.jobId, shown);
  };
  return async () => {
    for (;;) {
      const { waitsFor, ahead, waitedSeconds, awaySeconds } = await attempts.queue(attempt);
      if (waitsFor === null) return null;
      if (waitedSeconds >= attempt.reachWithinSeconds) return { outcome: 'failed', code: 'start_deadline' };
      await tell(waitsFor, ahead);
      if (awaySeconds > 0) return { outcome: 'waiting', waitsFor, retryAfterMs: awaySeconds * 1_000 };
      await sleep(LOOK_EVERY_MS);
    }
  };
}

/** For how long this activity has tried. A provider that cannot be reached is tried until the attempt's limit. */
export function hasTriedLongEnough({ reachWithinSeconds }: Attempt, pauseMs: number): boolean {
  return Date.now() + pauseMs > activityInfo().scheduledTimestampMs + reachWithinSeconds * 1_000;
}
