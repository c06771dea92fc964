import { setTimeout as pause } from 'node:timers/promises';

/** Together as long as a database takes to restart. */
const TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * Records what only this process knows: what came of its post, that its connection was reset, or that it sent nothing.
 * Without the record the attempt would be in doubt for as long as the process lives, or "not found" would be believed too
 * early. Retries while the database is away; a cancel waits for it.
 * @param record may be called again after it took effect: its response can be lost.
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
