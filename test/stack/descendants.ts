import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The `ps` that lists them, and the compiler that a process keeps beside it. */
const OWN = new Set(['ps', 'esbuild']);

/** The processes below a process, at any depth. */
export async function descendantsOf(root: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'comm=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , name]) => !OWN.has(name ?? ''));
  const found: number[] = [];
  let parents = new Set([root]);
  while (parents.size > 0) {
    const level = rows.filter(([, parent]) => parents.has(Number(parent))).map(([pid]) => Number(pid));
    found.push(...level);
    parents = new Set(level);
  }
  return found;
}
