import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type Asset = { readonly sha256: string; readonly bytes: number; readonly firstBytes: Buffer };

export type AssetStore = {
  /** Stores a stream and answers what it was. Nothing stays when the stream fails or passes maxBytes. */
  put(
    content: Readable,
    options?: { readonly maxBytes?: number; readonly signal?: AbortSignal },
  ): Promise<Asset>;
  /** The bytes of an asset, or of a range of it (both ends included); null when it is not here. */
  open(
    sha256: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<{ readonly stream: Readable; readonly bytes: number } | null>;
};

/** The largest result we take: a 60 s video in high quality is about 30 MB; ten times that is a fault, not an ad. */
const MAX_ASSET_BYTES = 300 * 1024 * 1024;

/** Enough to tell what a file is. */
const FIRST_BYTES = 16;

export class AssetTooLarge extends Error {
  override readonly name = 'AssetTooLarge';
}

/** Where things lie in an asset folder. */
export function assetPaths(home: string) {
  return {
    /** Files that are being written. */
    incoming: path.join(home, 'incoming'),
    /** Files that a sweep is about to remove. */
    leaving: path.join(home, 'leaving'),
    leavingOf: (sha256: string): string => path.join(home, 'leaving', sha256),
    fileOf: (sha256: string): string => path.join(home, sha256.slice(0, 2), sha256),
  } as const;
}

/**
 * Assets on disk, named by their content: the same bytes are stored once, and a name never changes its bytes. A file is
 * written aside, synced and renamed, so that a name either is not there or is whole, whatever dies in between.
 */
export function createDiskAssetStore(home: string): AssetStore {
  let isReady: Promise<unknown> | undefined;
  const { incoming, fileOf, leavingOf } = assetPaths(home);

  return {
    async put(content, options = {}) {
      await (isReady ??= mkdir(incoming, { recursive: true }));
      const temporary = path.join(incoming, randomUUID());
      try {
        const meter = createMeter(options.maxBytes ?? MAX_ASSET_BYTES);
        const steps = [content, meter.transform, createWriteStream(temporary, { flags: 'wx' })] as const;
        if (options.signal === undefined) await pipeline(...steps);
        else await pipeline(...steps, { signal: options.signal });
        const asset = meter.result();
        const file = fileOf(asset.sha256);
        if (await adopt(file, asset.bytes)) {
          await rm(temporary);
          return asset;
        }
        await syncPath(temporary);
        await mkdir(path.dirname(file), { recursive: true });
        await rename(temporary, file);
        // Without these the name may not outlive a power cut, and the charge does.
        await syncPath(path.dirname(file));
        await syncPath(home);
        return asset;
      } catch (error) {
        await rm(temporary, { force: true });
        isReady = undefined; // the folder may be what is missing
        throw error;
      }
    },

    async open(sha256, range) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return null;
      // A sweep moves a file aside before it decides, and back when it is needed after all.
      for (const file of [fileOf(sha256), leavingOf(sha256), fileOf(sha256)]) {
        const handle = await open(file, 'r').catch(() => null);
        if (handle === null) continue;
        const { size } = await handle.stat();
        return { stream: handle.createReadStream(range), bytes: size };
      }
      return null;
    },
  };
}

function createMeter(maxBytes: number): { readonly transform: Transform; result(): Asset } {
  const hash = createHash('sha256');
  let bytes = 0;
  let firstBytes = Buffer.alloc(0);
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        done(new AssetTooLarge(`more than ${String(maxBytes)} bytes`));
        return;
      }
      if (firstBytes.length < FIRST_BYTES)
        firstBytes = Buffer.concat([firstBytes, chunk]).subarray(0, FIRST_BYTES);
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { transform, result: () => ({ sha256: hash.digest('hex'), bytes, firstBytes }) };
}

/**
 * The same bytes are stored once. (Only whole files ever get a name, so one of the right size is right.) A file that is taken so counts
 * as new for the sweep; false when the sweep was quicker.
 */
async function adopt(file: string, bytes: number): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (found?.size !== bytes) return false;
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}

async function syncPath(fileOrFolder: string): Promise<void> {
  const handle = await open(fileOrFolder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
