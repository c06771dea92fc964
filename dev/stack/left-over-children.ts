import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processIdentityOf } from '../supervisor/process-identity.ts';
import { writeJsonFile } from '../write-json-file.ts';

const RECORD = z.array(
  z.object({ name: z.string(), pid: z.number().int().positive(), identity: z.string().min(1) }),
);
type Recorded = z.output<typeof RECORD>[number];

/** Time for PostgreSQL's fast shutdown; then SIGKILL, which it survives by recovery. */
const GENTLE_END_MS = 8_000;
const CHECK_INTERVAL_MS = 50;

/**
 * `children.json`: the processes that this home's stack has started, for the case that they and their guards outlived a
 * killed supervisor. The next start ends those that are provably still the same processes.
 */
export class ChildrenRecord {
  readonly #file: string;
  readonly #children = new Map<string, Recorded>();

  constructor(home: string) {
    this.#file = path.join(home, 'children.json');
  }

  async note(name: string, pid: number | null): Promise<void> {
    const identity = pid === null ? null : await processIdentityOf(pid);
    if (pid === null || identity === null) this.#children.delete(name);
    else this.#children.set(name, { name, pid, identity });
    writeJsonFile(this.#file, [...this.#children.values()]);
  }

  /** Ends what an earlier supervisor left running, identified by process id, start time and command line. */
  async endLeftOvers(onNote: (note: string) => void): Promise<void> {
    await Promise.all(
      this.#read().map(async (child) => {
        if ((await processIdentityOf(child.pid)) !== child.identity) return;
        onNote(`ending ${child.name} (process ${String(child.pid)}), left over from an earlier run`);
        await endProcess(child);
      }),
    );
    rmSync(this.#file, { force: true });
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): readonly Recorded[] {
    try {
      return RECORD.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      return [];
    }
  }
}

async function endProcess(child: Recorded): Promise<void> {
  const deadline = Date.now() + GENTLE_END_MS;
  const isAlive = async () => (await processIdentityOf(child.pid)) === child.identity;
  // SIGINT means an orderly, immediate end to PostgreSQL, Temporal and our own processes.
  process.kill(child.pid, 'SIGCONT');
  process.kill(child.pid, 'SIGINT');
  while (await isAlive()) {
    if (Date.now() > deadline) process.kill(child.pid, 'SIGKILL');
    await sleep(CHECK_INTERVAL_MS);
  }
}
