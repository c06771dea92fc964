import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { Turn } from '../../jobs/attempts/attempt-turns.ts';
import type { NewAttempt } from '../../jobs/attempts/begin-attempt.ts';
import { createSharedLook, type SharedLook } from '../shared-look.ts';

/** What a service that has room stands still for, at most. */
const TICK_MS = 500;

/** Of how attempts stand in their lines, where they stay while they are watched. */
export type TurnWatches = SharedLook<NewAttempt, Turn>;

/**
 * All that wait for their turn in one worker: a line is ranked once for all of them, whose activities it costs nothing to stay. So those near
 * the head are there when their turn comes, however late a busy machine would bring them back.
 */
export function createTurnWatches(queue: Attempts['queue']): TurnWatches {
  return createSharedLook(TICK_MS, async (asked) => {
    const lines = new Map<string, NewAttempt[]>();
    for (const attempt of asked) {
      const line = JSON.stringify([attempt.provider, attempt.model]);
      lines.set(line, [...(lines.get(line) ?? []), attempt]);
    }
    const turns = new Map<NewAttempt, Turn | undefined>();
    for (const line of lines.values()) {
      const found = await queue(line);
      for (const [index, attempt] of line.entries()) turns.set(attempt, found[index]);
    }
    return asked.map((attempt) => turns.get(attempt));
  });
}
