import { heartbeat } from '@temporalio/activity';

/**
 * The worker sends heartbeats on at most this often. The first comes only after this long as well: a heartbeat is a write
 * of the workflow's state at the server, and a step that takes milliseconds needs none.
 */
const HEARTBEAT_EVERY_MS = 500;

/**
 * Heartbeats while `work` runs, so that a cancellation reaches it and a dead worker is noticed. Every wait inside is
 * bounded by itself: a heartbeat must not hide a hang.
 */
export async function withHeartbeat<Result>(work: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
