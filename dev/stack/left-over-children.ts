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

/** Time for a fast shutdown of PostgreSQL; afterwards SIGKILL, which it survives by recovery. */
const GENTLE_END_MS = 8_000;
const CHECK_INTERVAL_MS = 50;

/**
 * `children.json`: which processes this home's stack has started. Only for the case that all of them, guards included,
 * outlived a supervisor's violent end: the next start ends what is provably still the process that was started.
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

  /** Ends what an earlier supervisor left running: by number, start time and command line. */
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
  // SIGINT means "now, but cleanly" to PostgreSQL, Temporal and our own processes alike.
  process.kill(child.pid, 'SIGCONT');
  process.kill(child.pid, 'SIGINT');
  while (await isAlive()) {
    if (Date.now() > deadline) process.kill(child.pid, 'SIGKILL');
    await sleep(CHECK_INTERVAL_MS);
  }
}
