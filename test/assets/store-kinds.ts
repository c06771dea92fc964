import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createS3AssetStore } from '../../assets/s3/s3-asset-store.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { startS3Server } from '../s3-server/start-s3-server.ts';

/** A store of its own for one test, and a look behind it. */
export type StoreUnderTest = {
  readonly store: AssetStore;
  /** The same store, as another process opens it. */
  readonly again: () => AssetStore;
  /** The names of all files that lie in the store, with their sections. */
  readonly files: () => Promise<readonly string[]>;
  /** Makes a file of the store as old as that. */
  readonly age: (file: string, ms: number) => Promise<void>;
};

export type StoreKind = {
  readonly open: () => Promise<StoreUnderTest>;
  readonly close: () => Promise<void>;
};

/** The stores that the same tests run against. The S3 server is null where there is no Go; the global set-up has printed so. */
export function storeKinds(): readonly (readonly [string, () => Promise<StoreKind>])[] {
  const program = inject('s3Program');
  return [['disk', openDisk], ...(program === null ? [] : [['S3', () => openS3(program)] as const])];
}

async function openDisk(): Promise<StoreKind> {
  const { home, remove } = await makeTemporaryHome('assets');
  let stores = 0;
  return {
    open: () => {
      const folder = path.join(home, String(++stores));
      return Promise.resolve({
        store: createDiskAssetStore(folder),
        again: () => createDiskAssetStore(folder),
        ...behind(folder),
      });
    },
    close: remove,
  };
}

/** The server keeps an object as a file of its name, whose time is the object's. */
async function openS3(program: string): Promise<StoreKind> {
  const server = await startS3Server(program);
  return {
    async open() {
      const settings = await server.makeBucket();
      return {
        store: createS3AssetStore(settings),
        again: () => createS3AssetStore(settings),
        ...behind(path.join(server.dataFolder, settings.bucket, settings.prefix)),
      };
    },
    close: () => server.stop(),
  };
}

function behind(folder: string): Pick<StoreUnderTest, 'files' | 'age'> {
  return {
    async files() {
      const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort();
    },
    age(file, ms) {
      const then = new Date(Date.now() - ms);
      return utimes(path.join(folder, file), then, then);
    },
  };
}
