/**
 * Preloaded (`node --import`) into every Node process of the stack: when the supervisor's end of our stdin closes, it
 * is gone, however it died, and this process ends as if told to by it. Plain JavaScript, because worker threads inherit
 * the preload but not the TypeScript loader; they leave stdin to the main thread.
 */
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** PostgreSQL and Temporal end at the same moment, so that an orderly end may wait for them in vain. */
const END_LIMIT_MS = 4_000;

if (isMainThread) {
  process.stdin.resume();
  process.stdin.once('close', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), END_LIMIT_MS).unref();
  });
  // Waiting for the parent's death must not keep a process alive that has nothing else to do.
  process.stdin.unref?.();
}
