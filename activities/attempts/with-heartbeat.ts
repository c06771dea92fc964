import { Context } from '@temporalio/activity';
import { msOfEarlierTries } from './earlier-tries.ts';

/**
 * The first heartbeat is sent after this long: a heartbeat is a write at the server, and a billable action in Temporal
 * Cloud, and a step of milliseconds needs none. The worker sends them at most this often.
 */
const FIRST_HEARTBEAT_MS = 500;

/**
 * A cancellation arrives with the next heartbeat: within a quarter of the time that the step has run, in all its tries.
 */
const SHARE_OF_ELAPSED = 0.25;

/** Two within the heartbeat timeout, since one may be late. */
const SHARE_OF_TIMEOUT = 0.5;

/** The pause where the server expects no heartbeat: a cancellation still arrives with one. */
const WITHOUT_TIMEOUT_MS = 60_000;

/**
 * Sends heartbeats while `work` runs, often at first, then less and less, so that a cancellation reaches it and a dead
 * worker is noticed. Every wait inside `work` has its own limit, since a heartbeat would hide a hang.
 */
export async function withHeartbeat<Result>(work: () => Promise<Result>): Promise<Result> {
  const step = Context.current();
  const { heartbeatTimeoutMs } = step.info;
  const longestMs = (heartbeatTimeoutMs ?? WITHOUT_TIMEOUT_MS) * SHARE_OF_TIMEOUT;
  const startedAt = performance.now() - msOfEarlierTries();
  let timer: NodeJS.Timeout | undefined;
  const beatLater = () => {
    const pauseMs = Math.max(FIRST_HEARTBEAT_MS, (performance.now() - startedAt) * SHARE_OF_ELAPSED);
    timer = setTimeout(
      () => {
        step.heartbeat();
        beatLater();
      },
      Math.min(pauseMs, longestMs),
    );
  };
  beatLater();
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
