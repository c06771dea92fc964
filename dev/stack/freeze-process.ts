import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { resumeIfOrphaned } from '../supervisor/orphan-guard.ts';

const run = promisify(execFile);

/** Lets what was frozen go on. */
export type Thaw = () => Promise<void>;

/**
 * Stops a process and its direct children where they stand, as a machine that hangs would. Returns how they go on; they do by themselves when
 * this process dies.
 */
export async function freezeProcess(pid: number): Promise<Thaw> {
  const dismissGuard = resumeIfOrphaned(pid);
  const thaw = async () => {
    try {
      for (const child of await childrenOf(pid)) signalIfThere(child, 'SIGCONT');
    } finally {
      signalIfThere(pid, 'SIGCONT');
      dismissGuard();
    }
  };
  try {
    // The parent first, so that no new child appears between the look and the signal.
    process.kill(pid, 'SIGSTOP');
    for (const child of await childrenOf(pid)) signalIfThere(child, 'SIGSTOP');
  } catch (error) {
    await thaw();
    throw error;
  }
  return thaw;
}

/** PostgreSQL's backends are processes of their own, each in a session of its own: a process group would miss them. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=', '-o', 'ppid=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended meanwhile.
  }
}
