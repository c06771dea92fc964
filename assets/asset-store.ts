import type { Readable } from 'node:stream';

/** What was stored. `firstBytes` are enough to identify the type of file. */
export type Asset = { readonly sha256: string; readonly bytes: number; readonly firstBytes: Buffer };

export type PutOptions = {
  /** Default MAX_ASSET_BYTES. */
  readonly maxBytes?: number;
  /** What the sender declared of the file; null: nothing. */
  readonly expected?: { readonly bytes: number | null; readonly sha256: string | null };
  readonly signal?: AbortSignal;
};

/** Both ends included, as in a Range header. */
export type AssetRange = { readonly start: number; readonly end: number };

/** `bytes` is the size of the whole asset, also when a range of it is open. */
export type OpenedAsset = { readonly stream: Readable; readonly bytes: number };

/** A file of one section of the store. `name` begins with the SHA-256, except in `incoming`. `storedAt` is in ms since the epoch. */
export type StoredFile = {
  readonly section: string;
  readonly name: string;
  readonly bytes: number;
  readonly storedAt: number;
};

/** Why a store cannot be used. `misconfigured`: an operator must fix it; `unreachable`: it may pass. */
export type StoreFault = { readonly kind: 'misconfigured' | 'unreachable'; readonly message: string };

/**
 * The store of results, named by their content: the same bytes are one asset, and the bytes of a name never change. A
 * name is either missing or whole, whatever is interrupted. Several workers and API processes share one store.
 */
export type AssetStore = {
  /**
   * Stores a stream and returns what it was. May be repeated. Nothing readable is left when the stream fails, is too
   * long (AssetTooLarge), or is not what its sender declared (AssetMismatch).
   */
  put(content: Readable, options?: PutOptions): Promise<Asset>;
  /** The bytes of an asset, or of a range of it; null: it is not here. */
  open(sha256: string, range?: AssetRange): Promise<OpenedAsset | null>;
  /** Null: it is not here. */
  head(sha256: string): Promise<{ readonly bytes: number; readonly storedAt: number } | null>;

  /** The files of one of SECTIONS, page by page. The files of a page may be moved or removed before the next page is asked for. */
  list(section: string): AsyncIterable<readonly StoredFile[]>;
  /** Moves a file of a section into `leaving`, where it can still be read. False: it is gone. */
  setAside(file: StoredFile): Promise<boolean>;
  /** Moves a file of `leaving` back. */
  bringBack(file: StoredFile): Promise<void>;
  /** Removes a file of `leaving` or `incoming` for good. */
  remove(file: StoredFile): Promise<void>;
  /** The identity of the database that the store belongs to. A store without one takes this one. */
  claim(identity: string): Promise<string>;

  /** Why a process cannot use the store; null: it can. A reader needs no right to write. */
  check(access: 'read' | 'write'): Promise<StoreFault | null>;
};

/** The largest result: a 60 s video in high quality has about 30 MB; ten times that is a fault. */
export const MAX_ASSET_BYTES = 300 * 1024 * 1024;

/** The sections of a store, in the order in which they are swept: first what earlier sweeps set aside. */
export const SECTIONS: readonly string[] = [
  'leaving',
  'incoming',
  ...Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0')),
];

/**
 * A younger file is neither set aside nor, once set aside, removed. It is stored before the row that names it is
 * written: seconds, or as long as PostgreSQL is away and the activity is retried. Writing one takes minutes. A day
 * leaves room for either, and for a wrong clock.
 */
export const ASSET_GRACE_MS = 24 * 3_600_000;

/** Files in one page of `list`, and in one query of the database. */
export const LIST_PAGE_SIZE = 500;

const SHA256 = /^[0-9a-f]{64}$/;

export function isAssetName(text: string): boolean {
  return SHA256.test(text);
}

/** The asset of a stored file; null: the file is not ours. */
export function assetNameOf({ name }: StoredFile): string | null {
  const sha256 = name.slice(0, 64);
  return isAssetName(sha256) && (name.length === 64 || name[64] === '.') ? sha256 : null;
}

export class AssetTooLarge extends Error {
  override readonly name = 'AssetTooLarge';
}

/** The bytes have another length or checksum than their sender declared. */
export class AssetMismatch extends Error {
  override readonly name = 'AssetMismatch';
}
