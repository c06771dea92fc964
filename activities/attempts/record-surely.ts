import { setTimeout as pause } from 'node:timers/promises';

/** As long as a database takes to restart. */
const TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * Records what only this process knows: a row that does not say that its connection was reset makes "not found" unbelievable for
 * good, one that does not say that something responded makes it believable too early, and an answer that was the run cannot be asked
 * for again. A database that is away for a moment is asked again, and a cancel waits for it.
 */
export async function recordSurely<Recorded>(record: () => Promise<Recorded>): Promise<Recorded> {
  for (let tries = 1; ; tries++) {
    try {
      return await record();
    } catch (error) {
      if (tries === TRIES) throw error;
      await pause(PAUSE_MS);
    }
  }
}
