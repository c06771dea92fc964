import { randomUUID } from 'node:crypto';
import { mkdir, opendir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../ledger/database.ts';
import { assetPaths } from './asset-store.ts';

/** What a sweep needs to know of the database. */
export type AssetNeeds = {
  /** Of these files, those that nothing refers to. */
  readonly unneededOf: (sha256s: readonly string[]) => Promise<readonly string[]>;
  /** Which database this is. */
  readonly identity: () => Promise<string>;
};

/** What was done in a part of the folder. */
export type SweepCounts = {
  readonly looked_at: number;
  readonly removed: number;
  readonly bytes_removed: number;
};

/**
 * A file younger than this is never removed. It is stored before the row that names it is written: seconds, or as long as PostgreSQL is away
 * and the activity is tried again. Writing one takes minutes. A day leaves room for either, and for a clock that is wrong.
 */
export const ASSET_GRACE_MS = 24 * 3_600_000;

/** What a failed output's attempt brought too late may be asked for by support. */
export const LATE_RESULT_DAYS = 30;

/** Files of one look into the database. */
const PAGE_SIZE = 500;

const NAME = /^[0-9a-f]{64}$/;

/** The parts of an asset folder, in the order in which they are swept: what earlier sweeps left first. */
export const SWEPT_FOLDERS: readonly string[] = [
  'leaving',
  'incoming',
  ...Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0')),
];

/** The asset folder belongs to another database, and all of its files would be unknown to this one. */
export class OtherDatabase extends Error {
  override readonly name = 'OtherDatabase';
}

export function createAssetNeeds(database: Database): AssetNeeds {
  return {
    async unneededOf(sha256s) {
      const { rows } = await database.query<{ sha256: string }>({
        name: 'jobs.unneeded_assets',
        text: 'SELECT unneeded_assets AS sha256 FROM jobs.unneeded_assets($1, $2)',
        values: [sha256s, LATE_RESULT_DAYS],
      });
      return rows.map(({ sha256 }) => sha256);
    },
    async identity() {
      const { rows } = await database.query<{ identity: string }>({
        name: 'jobs.database_identity',
        text: 'SELECT jobs.database_identity() AS identity',
        values: [],
      });
      return rows[0]?.identity ?? '';
    },
  };
}

/**
 * Removes the files of an asset folder that nothing refers to. Several may run at once, over a shared folder, while workers write: a file is
 * moved aside first and looked at again, so that one that was taken up at that moment comes back. Until then it can be read all the same.
 */
export function createAssetSweep(home: string, needs: AssetNeeds, now: () => number = Date.now) {
  const { incoming, leaving, leavingOf, fileOf } = assetPaths(home);
  const isOld = async (file: string): Promise<boolean> => {
    const found = await stat(file).catch(() => null);
    return found !== null && found.mtimeMs < now() - ASSET_GRACE_MS;
  };

  async function remove(sha256: string): Promise<number> {
    await mkdir(leaving, { recursive: true });
    const aside = leavingOf(sha256);
    // Not there: another sweep was quicker.
    if (!(await rename(fileOf(sha256), aside).then(isDone, isNot))) return 0;
    return decide(sha256, []);
  }

  /** Of a file that was moved aside. */
  async function decide(sha256: string, needed: readonly string[]): Promise<number> {
    const aside = leavingOf(sha256);
    if (needed.includes(sha256) || !(await isOld(aside))) {
      await mkdir(path.dirname(fileOf(sha256)), { recursive: true });
      await rename(aside, fileOf(sha256)).catch(() => undefined);
      return 0;
    }
    const bytes = (await stat(aside).catch(() => null))?.size ?? 0;
    await rm(aside, { force: true });
    return bytes;
  }

  async function sweepPage(
    folder: string,
    names: readonly string[],
  ): Promise<Omit<SweepCounts, 'looked_at'>> {
    const sha256s = names.filter((name) => NAME.test(name));
    const unneeded = sha256s.length === 0 ? [] : await needs.unneededOf(sha256s);
    let [removed, bytesRemoved] = [0, 0];
    const remember = (bytes: number) => {
      if (bytes === 0) return;
      removed += 1;
      bytesRemoved += bytes;
    };
    if (folder === 'leaving') {
      const needed = sha256s.filter((sha256) => !unneeded.includes(sha256));
      for (const sha256 of sha256s) remember(await decide(sha256, needed));
    } else {
      for (const sha256 of unneeded) remember(await remove(sha256));
    }
    return { removed, bytes_removed: bytesRemoved };
  }

  /** A part of a file that nobody writes any more: who wrote it is dead. */
  async function sweepIncoming(names: readonly string[]): Promise<Omit<SweepCounts, 'looked_at'>> {
    let [removed, bytesRemoved] = [0, 0];
    for (const name of names) {
      const file = path.join(incoming, name);
      const { size } = await stat(file).catch(() => ({ size: 0 }));
      await rm(file, { force: true });
      removed += 1;
      bytesRemoved += size;
    }
    return { removed, bytes_removed: bytesRemoved };
  }

  return {
    /** Sweeps one of SWEPT_FOLDERS. Throws OtherDatabase. */
    sweepFolder: async (folder: string): Promise<SweepCounts> => {
      await checkOwner(home, await needs.identity());
      const counts = { looked_at: 0, removed: 0, bytes_removed: 0 };
      for await (const page of pagesOf(path.join(home, folder))) {
        const old: string[] = [];
        for (const name of page) if (await isOld(path.join(home, folder, name))) old.push(name);
        const done =
          folder === 'incoming'
            ? await sweepIncoming(old)
            : await sweepPage(folder, folder === 'leaving' ? page : old);
        counts.looked_at += page.length;
        counts.removed += done.removed;
        counts.bytes_removed += done.bytes_removed;
      }
      return counts;
    },
  };
}

const isDone = () => true;
const isNot = () => false;

/** Names of a folder, page by page; none where there is no such folder. */
async function* pagesOf(folder: string): AsyncGenerator<readonly string[]> {
  const entries = await opendir(folder).catch(() => null);
  if (entries === null) return;
  let page: string[] = [];
  for await (const { name } of entries) {
    page.push(name);
    if (page.length < PAGE_SIZE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** The first database that sweeps a folder puts its name on it: a copy of the database, or an empty one, removes nothing of another's. */
async function checkOwner(home: string, identity: string): Promise<void> {
  const owner = (await readMark(home)) ?? (await makeMark(home, identity));
  if (owner !== identity)
    throw new OtherDatabase(`${home} belongs to the database ${owner}, this one is ${identity}`);
}

const markOf = (home: string): string => path.join(home, 'belongs-to');

async function readMark(home: string): Promise<string | null> {
  const text = await readFile(markOf(home), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  return text?.trim() ?? null;
}

/** Whole or not at all: a mark that was cut short would name no database, and nothing would be swept again. */
async function makeMark(home: string, identity: string): Promise<string> {
  const { incoming } = assetPaths(home);
  await mkdir(incoming, { recursive: true });
  const written = path.join(incoming, randomUUID());
  await writeFile(written, `${identity}\n`, { flag: 'wx' });
  await rename(written, markOf(home));
  return (await readMark(home)) ?? identity;
}
