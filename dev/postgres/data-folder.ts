import { randomUUID } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { processIdentityOf } from '../supervisor/process-identity.ts';
import { isReachableByOthers, type ServerUser } from './server-user.ts';

/** Where root keeps the data when PostgreSQL's user cannot reach the checkout. */
const SHARED_DATA = '/var/lib/holdfast';
/** Others may pass through the folder, but neither list nor write. */
const PASSABLE = 0o711;

/**
 * The cluster's folder: `<home>/postgres`, or, when PostgreSQL's user cannot reach that, a folder under /var/lib that
 * `<home>/postgres` links to. A dangling link begins a new cluster.
 */
export async function prepareDataParent(home: string, user: ServerUser | null): Promise<string> {
  const folder = path.join(home, 'postgres');
  await mkdir(home, { recursive: true });
  if (user === null) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  const existing = await lstat(folder).catch(() => null);
  if (existing?.isSymbolicLink() === true) return makeFor(user, await readlink(folder));
  await chmod(home, (await stat(home)).mode | PASSABLE);
  if (existing !== null || (await isReachableByOthers(home))) return makeFor(user, folder);
  const elsewhere = path.join(SHARED_DATA, randomUUID());
  await mkdir(SHARED_DATA, { recursive: true, mode: 0o755 });
  await makeFor(user, elsewhere);
  await symlink(elsewhere, folder);
  return elsewhere;
}

/** Removes the lock of a dead server: after a SIGKILL its process id may belong to another process. */
export async function removeStaleServerLock(dataFolder: string): Promise<void> {
  const lockPath = path.join(dataFolder, 'postmaster.pid');
  const lock = await readFile(lockPath, 'utf8').catch(() => null);
  if (lock === null) return;
  const pid = Number(lock.split('\n')[0]);
  const identity = Number.isSafeInteger(pid) && pid > 0 ? await processIdentityOf(pid) : null;
  if (identity?.includes(dataFolder) !== true) await rm(lockPath, { force: true });
}

async function makeFor(user: ServerUser, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chown(folder, user.uid, user.gid);
  return folder;
}
