import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Sees to it that a program that knows nothing of us (PostgreSQL, Temporal) does not outlive us, even when we are killed
 * with SIGKILL. Call the result when the program has ended by itself.
 */
export function endIfOrphaned(pid: number, signal: NodeJS.Signals): () => void {
  return runOnOurDeath('kill -s "$1" "$2"', [signal.replace(/^SIG/, ''), String(pid)]);
}

/**
 * Sees to it that a process and its direct children, which we have stopped (SIGSTOP), go on when we die: stopped, they would act on no
 * signal that ends them. Call the result when they go on.
 */
export function resumeIfOrphaned(pid: number): () => void {
  const script = `ps -A -o pid= -o ppid= | while read -r child parent; do
    if [ "$parent" = "$1" ]; then kill -s CONT "$child"; fi
  done
  kill -s CONT "$1"`;
  return runOnOurDeath(script, [String(pid)]);
}

/**
 * A shell waits on a pipe from us and runs a script when the pipe closes. It is in a process group of its own, so that Ctrl-C in a terminal
 * does not reach it. The result dismisses it.
 */
function runOnOurDeath(script: string, args: readonly string[]): () => void {
  const guard: ChildProcess = spawn(
    '/bin/sh',
    ['-c', `cat >/dev/null; exec 2>/dev/null; ${script}`, 'guard', ...args],
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
