import { setTimeout as pause } from 'node:timers/promises';

/** Together as long as a database takes to restart. */
const TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * Records what only this process knows. Without the record of a reset, "not found" could never be believed; without the
 * record of an unclear response it would be believed too early; and an answer that was the run cannot be asked for
 * again. Retries while the database is away; a cancel waits for it.
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
