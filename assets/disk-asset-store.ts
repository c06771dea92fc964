import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  open,
  opendir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  assetNameOf,
  isAssetName,
  LIST_PAGE_SIZE,
  type Asset,
  type AssetRange,
  type AssetStore,
  type OpenedAsset,
  type PutOptions,
  type StoredFile,
  type StoreFault,
} from './asset-store.ts';
import { measureContent } from './measure-content.ts';

/** The layout of an asset folder. */
function assetPaths(home: string) {
  return {
    /** Files that are being written. */
    incoming: path.join(home, 'incoming'),
    /** Files that a sweep will remove; they are named by their asset and a random suffix. */
    leaving: path.join(home, 'leaving'),
    fileOf: (sha256: string): string => path.join(home, sha256.slice(0, 2), sha256),
    /** Names the database that the folder belongs to. */
    mark: path.join(home, 'belongs-to'),
  } as const;
}

/**
 * Assets in a folder, on a local or a network file system. A file is written under another name, synced and renamed, so
 * that a name is either missing or whole, whatever dies.
 */
export function createDiskAssetStore(home: string): AssetStore {
  const paths = assetPaths(home);
  const pathOf = ({ section, name }: StoredFile): string => path.join(home, section, name);
  return {
    put: (content, options = {}) => putFile(home, content, options),
    open: (sha256, range) => openFile(home, sha256, range),
    async head(sha256) {
      if (!isAssetName(sha256)) return null;
      const found = await stat(paths.fileOf(sha256)).catch(() => null);
      return found && { bytes: found.size, storedAt: found.mtimeMs };
    },
    list: (section) => listFolder(home, section),
    async setAside(file) {
      await mkdir(paths.leaving, { recursive: true });
      // Its time in `leaving` counts from now. Set before the rename: a sweep that dies in between leaves it younger,
      // not older.
      return touch(pathOf(file)).then(
        () => isDone(rename(pathOf(file), path.join(paths.leaving, `${file.name}.${randomUUID()}`))),
        () => false,
      );
    },
    async bringBack(file) {
      const back = paths.fileOf(assetNameOf(file) ?? '');
      await mkdir(path.dirname(back), { recursive: true });
      await isDone(rename(pathOf(file), back));
    },
    remove: (file) => rm(pathOf(file), { force: true }),
    claim: (identity) => claimFolder(home, identity),
    // A missing folder has no files to a reader.
    check: (wanted) => (wanted === 'read' ? checkReadable(home) : checkFolder(home)),
  };
}

async function putFile(home: string, content: Readable, options: PutOptions): Promise<Asset> {
  const { incoming, fileOf } = assetPaths(home);
  await mkdir(incoming, { recursive: true });
  const temporary = path.join(incoming, randomUUID());
  try {
    const meter = measureContent(options);
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
    // Without these syncs a power cut may lose the name, and not the charge.
    await syncPath(path.dirname(file));
    await syncPath(home);
    return asset;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function openFile(home: string, sha256: string, range?: AssetRange): Promise<OpenedAsset | null> {
  if (!isAssetName(sha256)) return null;
  const { fileOf } = assetPaths(home);
  // A sweep may move it aside, and back, between the two tries.
  for (const find of [() => fileOf(sha256), () => findLeaving(home, sha256), () => fileOf(sha256)]) {
    const file = await find();
    const handle = file === null ? null : await open(file, 'r').catch(() => null);
    if (handle === null) continue;
    const { size } = await handle.stat();
    return { stream: handle.createReadStream(range), bytes: size };
  }
  return null;
}

async function findLeaving(home: string, sha256: string): Promise<string | null> {
  const { leaving } = assetPaths(home);
  const names = await readdir(leaving).catch(() => []);
  const name = names.find((one) => one.startsWith(`${sha256}.`));
  return name === undefined ? null : path.join(leaving, name);
}

/**
 * The same bytes are stored once. (Only whole files get a name, so a file of the right size is the right one.) The
 * sweep counts it as new from now on; false: a sweep moved it aside first.
 */
async function adopt(file: string, bytes: number): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found?.size === bytes && (await isDone(touch(file)));
}

async function* listFolder(home: string, section: string): AsyncGenerator<readonly StoredFile[]> {
  const entries = await opendir(path.join(home, section)).catch(() => null);
  if (entries === null) return;
  let page: StoredFile[] = [];
  for await (const { name } of entries) {
    const found = await stat(path.join(home, section, name)).catch(() => null);
    if (found === null) continue;
    page.push({ section, name, bytes: found.size, storedAt: found.mtimeMs });
    if (page.length < LIST_PAGE_SIZE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function claimFolder(home: string, identity: string): Promise<string> {
  const { incoming, mark } = assetPaths(home);
  const owner = await readMark(mark);
  if (owner !== null) return owner;
  // Written whole or not at all: a partial mark would name no database, and nothing would be swept again.
  await mkdir(incoming, { recursive: true });
  const written = path.join(incoming, randomUUID());
  await writeFile(written, `${identity}\n`, { flag: 'wx' });
  await rename(written, mark);
  return (await readMark(mark)) ?? identity;
}

async function readMark(mark: string): Promise<string | null> {
  const text = await readFile(mark, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  return text?.trim() ?? null;
}

/** The first writer makes the folder. */
async function checkReadable(home: string): Promise<StoreFault | null> {
  try {
    if (!(await stat(home)).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
    await access(home, constants.R_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOENT') return null;
    return {
      kind: 'misconfigured',
      message: `The asset folder ${home} cannot be read (${code}). ASSET_HOME names it.`,
    };
  }
}

async function checkFolder(home: string): Promise<StoreFault | null> {
  const { incoming } = assetPaths(home);
  try {
    await mkdir(incoming, { recursive: true });
    await access(incoming, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return {
      kind: 'misconfigured',
      message: `The asset folder ${home} cannot be written (${code}). ASSET_HOME names it.`,
    };
  }
}

function touch(file: string): Promise<void> {
  const now = new Date();
  return utimes(file, now, now);
}

/** False: the file was not there. */
async function isDone(step: Promise<void>): Promise<boolean> {
  try {
    await step;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function syncPath(fileOrFolder: string): Promise<void> {
  const handle = await open(fileOrFolder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
