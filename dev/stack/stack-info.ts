import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeJsonFile } from '../write-json-file.ts';
import { livingHolderOf } from '../exclusive-lock.ts';

/** The children of a stack, by the names of `pids`, in the order in which they are ended. */
export const CHILD_NAMES = ['api', 'worker', 'model_service', 'temporal', 'postgres'] as const;
export type ChildName = (typeof CHILD_NAMES)[number];

/** Null: down now, or a server that is not ours (TEMPORAL_ADDRESS, DATABASE_OWNER_URL). */
const pid = z.number().int().positive().nullable();

const STACK_INFO = z.object({
  api_url: z.string(),
  temporal_address: z.string(),
  temporal_ui_url: z.string().nullable(),
  /** The URL of the worker's role, which may execute functions and nothing else. */
  database_url: z.string(),
  /** As the owner of the schema: migrations, looking at tables. */
  database_owner_url: z.string(),
  model_service_url: z.string(),
  /** The sandbox page's address with its token, for this machine's user only. Null: there is none. */
  sandbox_url: z.string().nullable(),
  platform_key: z.string(),
  /** The key of the account "Local sandbox". */
  account_id: z.string(),
  account_key: z.string(),
  /** The process that keeps the stack running. */
  supervisor_pid: z.number().int().positive(),
  pids: z.object({ api: pid, worker: pid, temporal: pid, postgres: pid, model_service: pid }),
});

/** The names in stack.json with one text each: all but those of processes. */
export type StackFact = Exclude<keyof z.output<typeof STACK_INFO>, 'pids' | 'supervisor_pid'>;
export const STACK_FACTS = Object.keys(STACK_INFO.shape).filter(
  (name) => name !== 'pids' && name !== 'supervisor_pid',
) as readonly StackFact[];

/** The content of `.holdfast/stack.json` while a stack is up. */
export type StackInfo = Readonly<z.output<typeof STACK_INFO>>;

export function stackLockPath(home: string): string {
  return path.join(home, 'stack.lock');
}

export function writeStackInfo(home: string, info: StackInfo): void {
  writeJsonFile(stackInfoPath(home), info);
}

export function removeStackInfo(home: string): void {
  rmSync(stackInfoPath(home), { force: true });
}

/** The running stack of this home, or null. A killed supervisor's file is ignored. */
export async function readRunningStack(home: string): Promise<StackInfo | null> {
  const holder = await livingHolderOf(stackLockPath(home));
  try {
    const info = STACK_INFO.parse(JSON.parse(readFileSync(stackInfoPath(home), 'utf8')));
    // A start that holds the lock and is not up yet finds the file of the stack before it.
    return info.supervisor_pid === holder?.pid ? info : null;
  } catch {
    return null;
  }
}

function stackInfoPath(home: string): string {
  return path.join(home, 'stack.json');
}
