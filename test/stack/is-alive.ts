import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentityOf } from '../../dev/supervisor/process-identity.ts';

const run = promisify(execFile);
const CHECK_INTERVAL_MS = 25;

/** Returns true if a process runs; one that waits to be reaped does not. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await processIdentityOf(pid)) !== null;
}

/** Returns true if a process is stopped (SIGSTOP). */
export async function isStopped(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim().startsWith('T');
}

/** Waits until a condition holds. After `limitMs` it throws with the condition's name. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${String(limitMs)} ms: ${what}`);
    await sleep(CHECK_INTERVAL_MS);
  }
}
