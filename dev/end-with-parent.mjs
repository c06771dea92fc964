/**
 * Preloaded (`node --import`) into every Node process of the stack: when the supervisor's end of our stdin closes, it
 * is gone, however it died, and this process ends as if told to by it. Plain JavaScript, because worker threads inherit
 * the preload but not the TypeScript loader; they leave stdin to the main thread.
 */
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.stdin.resume();
  process.stdin.once('close', () => {
    process.kill(process.pid, 'SIGTERM');
  });
  // Waiting for the parent's death must not keep a process alive that has nothing else to do.
  process.stdin.unref?.();
}
