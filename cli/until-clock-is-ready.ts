import { setTimeout as sleep } from 'node:timers/promises';
import type { ClockView } from '../contract/shapes/account-shapes.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';

const ASK_AGAIN_MS = 500;
/** Two periods are a few dozen steps of milliseconds; a worker that is away may be started meanwhile. */
const READY_WITHIN_MS = 120_000;

/** Asks for the clock of an account until what fell due up to its now is done. Throws a CommandError where that takes too long. */
export async function untilClockIsReady(readClock: () => Promise<ClockView>): Promise<ClockView> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const clock = await readClock();
    if (clock.state === 'ready') return clock;
    if (Date.now() > deadline) {
      throw new CommandError(
        `The clock stands at ${clock.now} and is still on its way. Does a worker run? It goes on by itself; ask again.`,
        EXIT_CODE.failed,
      );
    }
    await sleep(ASK_AGAIN_MS);
  }
}
