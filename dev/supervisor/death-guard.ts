import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Sees to it that a program that knows nothing of us (PostgreSQL, Temporal) does not outlive us, even when we are killed
 * with SIGKILL: a shell waits on a pipe from us and, when the pipe closes, ends the program. It runs in a process group
 * of its own, so that Ctrl-C in a terminal does not reach it. Call the result when the program has ended by itself.
 */
export function guardAgainstOurDeath(pid: number, signal: NodeJS.Signals): () => void {
  const script = 'cat >/dev/null; kill -s "$1" "$2" 2>/dev/null';
  const guard: ChildProcess = spawn(
    '/bin/sh',
    ['-c', script, 'guard', signal.replace(/^SIG/, ''), String(pid)],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  );
  // Without the guard the next start still finds and ends what was left (left-over-children.ts).
  guard.on('error', () => undefined);
  guard.unref();
  return () => {
    // Killed before the pipe closes: by then the number may belong to another process.
    guard.kill('SIGKILL');
  };
}
