import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { Turn } from '../../jobs/attempts/attempt-turns.ts';
import type { NewAttempt } from '../../jobs/attempts/begin-attempt.ts';
import { createSharedLook, type SharedLook } from '../shared-look.ts';

/** The longest time that a free place at a service stays empty. */
const TICK_MS = 500;

/** Watches of attempts in their lines, where they stay while they are watched. */
export type TurnWatches = SharedLook<NewAttempt, Turn>;

/**
 * One look per tick at the lines of all attempts that wait in this worker. Their activities stay: those near the head
 * are there when their turn comes, however late a busy machine would start them again.
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
