import { activityInfo, Context } from '@temporalio/activity';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { Turn } from '../../jobs/attempts/attempt-turns.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { TurnWatches } from './turn-watches.ts';

/** A place in the line is reported when it has halved: the thousandth in line has ten such events. */
const SHARE_THAT_IS_NEWS = 2;

type WaitForTurn = () => Promise<AttemptOutcome | null>;

export type WaitForTurnDependencies = {
  readonly attempts: Attempts;
  readonly progress: JobProgress;
  readonly turnWatches: TurnWatches;
};

/** The stage that customers read while a job waits. */
const STAGES = { model: 'waiting_for_model', turn: 'waiting_for_turn' } as const satisfies Record<
  WaitsFor,
  string
>;

/**
 * Waits for an attempt's turn at its provider; null: it has come. Otherwise the attempt is far back in a long line and
 * asks again later (`waiting`), or it has waited for as long as it may, and did not run. Before its turn an attempt has
 * no row, and none is used up.
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

/**
 * Whether this activity has tried for long enough: a provider that cannot be reached is tried until the attempt's
 * limit.
 */
export function hasTriedLongEnough({ reachWithinSeconds }: Attempt, pauseMs: number): boolean {
  return Date.now() + pauseMs > activityInfo().scheduledTimestampMs + reachWithinSeconds * 1_000;
}
