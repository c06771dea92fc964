import type { Database } from '../ledger/database.ts';
import { ASSET_GRACE_MS, assetNameOf, type AssetStore, type StoredFile } from './asset-store.ts';

/** What a sweep asks the database. */
export type AssetNeeds = {
  /** Those of these assets that nothing refers to. */
  readonly unneededOf: (sha256s: readonly string[]) => Promise<readonly string[]>;
  /** The database's identity. */
  readonly identity: () => Promise<string>;
};

/** The counts of a sweep of one section. */
export type SweepCounts = {
  readonly looked_at: number;
  readonly set_aside: number;
  readonly removed: number;
  readonly bytes_removed: number;
};

export const NOTHING_SWEPT: SweepCounts = { looked_at: 0, set_aside: 0, removed: 0, bytes_removed: 0 };

/** How long support can read the late result of a failed output. */
export const LATE_RESULT_DAYS = 30;

/** The store belongs to another database: this one would know none of its files. */
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
 * Removes unreferenced assets in two steps a day apart: one run sets a file aside, where it can still be read; a later
 * one removes it, or brings it back if it was stored again or referred to meanwhile. So no order of writes, reads and
 * sweeps loses a needed asset, in a store without locks: several sweeps may run at once while workers write.
 */
export function createAssetSweep(
  store: Pick<AssetStore, 'list' | 'setAside' | 'bringBack' | 'remove' | 'claim'>,
  needs: AssetNeeds,
  now: () => number = Date.now,
) {
  const isOld = ({ storedAt }: StoredFile): boolean => storedAt < now() - ASSET_GRACE_MS;

  async function unneededAmong(files: readonly StoredFile[]): Promise<(file: StoredFile) => boolean> {
    const names = files.flatMap((file) => assetNameOf(file) ?? []);
    const unneeded = new Set(names.length === 0 ? [] : await needs.unneededOf(names));
    return (file) => unneeded.has(assetNameOf(file) ?? '');
  }

  async function removeAll(files: readonly StoredFile[]): Promise<SweepCounts> {
    for (const file of files) await store.remove(file);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { ...NOTHING_SWEPT, removed: files.length, bytes_removed: bytes };
  }

  /** Brings back what is needed of what was set aside, and removes what has been there for a day. */
  async function sweepLeaving(page: readonly StoredFile[]): Promise<SweepCounts> {
    const files = page.filter((file) => assetNameOf(file) !== null);
    const isUnneeded = await unneededAmong(files);
    for (const file of files) if (!isUnneeded(file)) await store.bringBack(file);
    return removeAll(files.filter((file) => isUnneeded(file) && isOld(file)));
  }

  async function sweepStored(page: readonly StoredFile[]): Promise<SweepCounts> {
    const files = page.filter((file) => isOld(file) && assetNameOf(file) !== null);
    const isUnneeded = await unneededAmong(files);
    let setAside = 0;
    for (const file of files) if (isUnneeded(file) && (await store.setAside(file))) setAside += 1;
    return { ...NOTHING_SWEPT, set_aside: setAside };
  }

  function sweepPage(section: string, page: readonly StoredFile[]): Promise<SweepCounts> {
    if (section === 'leaving') return sweepLeaving(page);
    // A part of a file whose writer has died.
    if (section === 'incoming') return removeAll(page.filter(isOld));
    return sweepStored(page);
  }

  return {
    /** Sweeps one of SECTIONS. Throws OtherDatabase. */
    sweepSection: async (section: string): Promise<SweepCounts> => {
      const identity = await needs.identity();
      const owner = await store.claim(identity);
      // A copy of the database, or an empty one, must not remove another's files.
      if (owner !== identity)
        throw new OtherDatabase(`the asset store belongs to the database ${owner}, this one is ${identity}`);
      let counts = NOTHING_SWEPT;
      for await (const page of store.list(section)) {
        const done = await sweepPage(section, page);
        counts = addCounts(counts, { ...done, looked_at: page.length });
      }
      return counts;
    },
  };
}

export function addCounts(one: SweepCounts, other: SweepCounts): SweepCounts {
  return {
    looked_at: one.looked_at + other.looked_at,
    set_aside: one.set_aside + other.set_aside,
    removed: one.removed + other.removed,
    bytes_removed: one.bytes_removed + other.bytes_removed,
  };
}
