import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Field 22 of /proc/<pid>/stat, counted from after the command's closing parenthesis. */
const START_TIME_FIELD = 19;

/**
 * Identifies a process by its start time and command line, since process ids are reused; null: there is no such
 * process. Nothing is ended by its id alone.
 */
export async function processIdentityOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return linuxIdentityOf(pid);
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-o', 'args=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

async function linuxIdentityOf(pid: number): Promise<string | null> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${String(pid)}/stat`, 'utf8'),
      readFile(`/proc/${String(pid)}/cmdline`, 'utf8'),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return null;
    return `${fields[START_TIME_FIELD] ?? ''} ${commandLine.replaceAll('\0', ' ').trim()}`;
  } catch {
    return null;
  }
}

/** The identity of this process. */
export async function ownIdentity(): Promise<{ readonly pid: number; readonly identity: string }> {
  return { pid: process.pid, identity: (await processIdentityOf(process.pid)) ?? '' };
}
