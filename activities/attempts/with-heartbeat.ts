import { Context } from '@temporalio/activity';
import { msOfEarlierTries } from './earlier-tries.ts';

/**
 * The first heartbeat comes only after this long: a heartbeat is a write of the workflow's state at the server, and an action in
 * Temporal Cloud, and a step that takes milliseconds needs none. It is also how often the worker sends them on at most.
 */
const FIRST_HEARTBEAT_MS = 500;

/** A cancellation reaches a step with its next heartbeat: within a quarter of the time that it has run by then, in all of its tries. */
const SHARE_OF_ELAPSED = 0.25;

/** Two within the heartbeat timeout: one may be late. */
const SHARE_OF_TIMEOUT = 0.5;

/** Where the server waits for none: so that a cancellation still arrives. */
const WITHOUT_TIMEOUT_MS = 60_000;

/**
 * Heartbeats while `work` runs, so that a cancellation reaches it and a dead worker is noticed: soon at first, then ever less often. Every
 * wait inside is bounded by itself: a heartbeat must not hide a hang.
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
