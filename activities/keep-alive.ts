import { heartbeat } from '@temporalio/activity';

/** The worker sends heartbeats on at most this often; calling more often costs nothing. */
const HEARTBEAT_EVERY_MS = 500;

/**
 * Heartbeats while `work` runs, so that a cancellation reaches it and a dead worker is noticed. Every wait inside is
 * bounded by itself: a heartbeat must not hide a hang.
 */
export async function keepAlive<Result>(work: () => Promise<Result>): Promise<Result> {
  heartbeat();
  const timer = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
