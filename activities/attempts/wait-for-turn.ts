import { activityInfo, Context } from '@temporalio/activity';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { Turn } from '../../jobs/attempts/attempt-turns.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { TurnWatches } from './turn-watches.ts';

/** A place in the line is told anew once it has halved: a job that begins as the thousandth has ten events of it. */
const SHARE_THAT_IS_NEWS = 2;

export type WaitForTurn = () => Promise<AttemptOutcome | null>;

export type WaitForTurnDependencies = {
  readonly attempts: Attempts;
  readonly progress: JobProgress;
  readonly turnWatches: TurnWatches;
};

/** What people read while a job waits. */
const STAGES = { model: 'waiting_for_model', turn: 'waiting_for_turn' } as const satisfies Record<
  WaitsFor,
  string
>;

/**
 * Waits until it is an attempt's turn at its provider: null then. Else the attempt is far back in a long line, and to be asked for again later
 * (`waiting`), or it has waited for as long as it may, and provably did not run. Nothing of an attempt is on record before its turn, and none
 * is used up.
 */
export function createWaitForTurn(
  { attempts, progress, turnWatches }: WaitForTurnDependencies,
  attempt: Attempt,
): WaitForTurn {
  let told: { readonly waitsFor: WaitsFor; readonly ahead: number } | undefined;
  const isUntold = ({ waitsFor, ahead }: Turn): boolean =>
    attempt.part === null &&
    (told?.waitsFor !== waitsFor || (ahead < told.ahead && ahead * SHARE_THAT_IS_NEWS <= told.ahead));
  const tell = async (waitsFor: WaitsFor, turn: Turn): Promise<void> => {
    if (!isUntold(turn)) return;
    told = { waitsFor, ahead: turn.ahead };
    const shown = { stage: STAGES[waitsFor], fraction: null, queue_position: turn.ahead };
    await progress.record(attempt.accountId, attempt.jobId, shown);
  };
  const hasWaitedTooLong = ({ waitedSeconds }: Turn) => waitedSeconds >= attempt.reachWithinSeconds;
  const isNews = (turn: Turn) =>
    turn.waitsFor === null || turn.awaySeconds > 0 || hasWaitedTooLong(turn) || isUntold(turn);
  const untilNews = async (): Promise<Turn> => {
    const watch = turnWatches.open(attempt, isNews);
    try {
      return await Promise.race([watch.news, Context.current().cancelled]);
    } finally {
      watch.close();
    }
  };
  return async () => {
    const [first] = await attempts.queue([attempt]);
    for (let turn = first; ; turn = await untilNews()) {
      if (turn === undefined || turn.waitsFor === null) return null;
      if (hasWaitedTooLong(turn)) return { outcome: 'failed', code: 'start_deadline' };
      await tell(turn.waitsFor, turn);
      const { waitsFor, awaySeconds } = turn;
      if (awaySeconds > 0) return { outcome: 'waiting', waitsFor, retryAfterMs: awaySeconds * 1_000 };
    }
  };
}

/** For how long this activity has tried. A provider that cannot be reached is tried until the attempt's limit. */
export function hasTriedLongEnough({ reachWithinSeconds }: Attempt, pauseMs: number): boolean {
  return Date.now() + pauseMs > activityInfo().scheduledTimestampMs + reachWithinSeconds * 1_000;
}
