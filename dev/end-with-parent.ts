/**
 * Preloaded (`node --import`) into every Node process of the stack: when the supervisor's end of our stdin closes, it
 * is gone, however it died, and this process ends as if told to by it.
 */
process.stdin.resume();
process.stdin.once('close', () => {
  process.kill(process.pid, 'SIGTERM');
});
// Waiting for the parent's death must not keep a process alive that has nothing else to do.
if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
