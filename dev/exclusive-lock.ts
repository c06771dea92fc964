import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownIdentity, processIdentityOf } from './supervisor/process-identity.ts';

type LockHolder = { readonly pid: number; readonly identity: string };
export type Lock = { readonly release: () => Promise<void> };

/** Two processes may set the same dead holder's lock aside at once: the second look finds who has it. */
const SECOND_LOOK_MS = 30;
const WAIT_STEP_MS = 500;

/** Takes the lock file at `lockPath`, or returns the living process that holds it. A dead holder's lock is ignored. */
export async function tryLock(lockPath: string): Promise<Lock | { readonly holder: LockHolder }> {
  await mkdir(path.dirname(lockPath), { recursive: true });
  const own = await ownIdentity();
  // A file of its own: a second call must not change the file that the first has linked.
  const draft = `${lockPath}.${String(process.pid)}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    for (;;) {
      // A link, unlike a rename, fails when the name is taken; unlike an exclusive create, the file is whole at once.
      const isOurs = await link(draft, lockPath).then(
        () => true,
        () => false,
      );
      if (isOurs) await sleep(SECOND_LOOK_MS);
      const holder = await livingHolderOf(lockPath);
      if (isOurs && holder?.pid === own.pid) return { release: () => rm(lockPath, { force: true }) };
      if (holder !== null) return { holder };
      await rename(lockPath, `${draft}.dead`).catch(() => undefined);
    }
  } finally {
    await Promise.all([rm(draft, { force: true }), rm(`${draft}.dead`, { force: true })]);
  }
}

/** Waits for the lock and takes it. Throws after `timeoutMs`, or when the signal aborts. */
export async function lockWithin(timeoutMs: number, lockPath: string, signal?: AbortSignal): Promise<Lock> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const outcome = await tryLock(lockPath);
    if ('release' in outcome) return outcome;
    if (Date.now() > deadline) {
      throw new Error(`process ${String(outcome.holder.pid)} has held ${lockPath} for too long`);
    }
    await sleep(WAIT_STEP_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** Who holds the lock, if the holder is alive. */
export async function livingHolderOf(lockPath: string): Promise<LockHolder | null> {
  const holder = await readLockHolder(lockPath);
  if (holder === null) return null;
  return (await processIdentityOf(holder.pid)) === holder.identity ? holder : null;
}

async function readLockHolder(lockPath: string): Promise<LockHolder | null> {
  try {
    return JSON.parse(await readFile(lockPath, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}
