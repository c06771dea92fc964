import { randomUUID } from 'node:crypto';
import {
  ASSET_GRACE_MS,
  assetNameOf,
  isAssetName,
  LIST_PAGE_SIZE,
  type Asset,
  type AssetRange,
  type AssetStore,
  type OpenedAsset,
  type StoredFile,
} from '../asset-store.ts';
import { checkS3 } from './check-s3.ts';
import { createS3Bucket, type S3Bucket } from './s3-bucket.ts';
import type { S3Settings } from '../../runtime/settings/asset-store-config.ts';
import { spoolContent } from './spool-content.ts';

/** Half the age at which a sweep sets objects aside: a younger one need not be stored again. */
const FRESH_MS = ASSET_GRACE_MS / 2;

/** Names the database that the bucket, or its prefix, belongs to. */
const MARK = 'belongs-to';

/**
 * Assets in a bucket, as `<prefix>/<first two digits>/<sha256>`. An object can be read once all of it has arrived and
 * its SHA-256 is right.
 * @param options.pausesMs between the tries of a request; for tests.
 */
export function createS3AssetStore(
  settings: S3Settings,
  options: { readonly pausesMs?: readonly number[] } = {},
): AssetStore {
  const bucket = createS3Bucket(settings, options.pausesMs);
  return {
    async put(content, putOptions = {}) {
      const spooled = await spoolContent(settings.spoolFolder, content, putOptions);
      const { asset, read } = spooled;
      try {
        if (!(await isFresh(bucket, asset)))
          await bucket.upload(keyOf(asset.sha256), { ...asset, read, signal: putOptions.signal });
        return asset;
      } finally {
        await spooled.close();
      }
    },
    open: (sha256, range) => (isAssetName(sha256) ? openAsset(bucket, sha256, range) : Promise.resolve(null)),
    head: (sha256) => (isAssetName(sha256) ? bucket.head(keyOf(sha256)) : Promise.resolve(null)),
    list: (section) => listSection(bucket, section),
    async setAside(file) {
      // The copy first, so that one of the two always exists.
      const isThere = await bucket.copy(pathOf(file), `leaving/${file.name}.${randomUUID()}`);
      if (isThere) await bucket.remove(pathOf(file));
      return isThere;
    },
    async bringBack(file) {
      const back = keyOf(assetNameOf(file) ?? '');
      if ((await bucket.head(back)) === null) await bucket.copy(pathOf(file), back);
      await bucket.remove(pathOf(file));
    },
    remove: (file) => bucket.remove(pathOf(file)),
    async claim(identity) {
      const owner = await readMark(bucket);
      if (owner !== null) return owner;
      return (await bucket.create(MARK, `${identity}\n`)) ? identity : ((await readMark(bucket)) ?? '');
    },
    check: (access) => checkS3(bucket, settings, access),
  };
}

const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;
const pathOf = ({ section, name }: StoredFile): string => `${section}/${name}`;

async function isFresh(bucket: S3Bucket, asset: Asset): Promise<boolean> {
  const found = await bucket.head(keyOf(asset.sha256));
  return found?.bytes === asset.bytes && found.storedAt > Date.now() - FRESH_MS;
}

/** A sweep may set it aside, and bring it back, between the two tries. */
async function openAsset(
  bucket: S3Bucket,
  sha256: string,
  range: AssetRange | undefined,
): Promise<OpenedAsset | null> {
  const key = keyOf(sha256);
  return (
    (await bucket.open(key, range)) ??
    (await openLeaving(bucket, sha256, range)) ??
    (await bucket.open(key, range))
  );
}

async function openLeaving(bucket: S3Bucket, sha256: string, range: AssetRange | undefined) {
  const { objects } = await bucket.list(`leaving/${sha256}.`, 1);
  return objects[0] === undefined ? null : bucket.open(objects[0].name, range);
}

/** Nothing stays in `incoming` longer than a check: an upload has no name before it is whole. */
async function* listSection(bucket: S3Bucket, section: string): AsyncGenerator<readonly StoredFile[]> {
  let after: string | undefined;
  for (;;) {
    const { objects, isLast } = await bucket.list(`${section}/`, LIST_PAGE_SIZE, after);
    if (objects.length > 0)
      yield objects.map((object) => ({ ...object, section, name: object.name.slice(section.length + 1) }));
    after = objects.at(-1)?.name;
    if (isLast || after === undefined) return;
  }
}

async function readMark(bucket: S3Bucket): Promise<string | null> {
  const opened = await bucket.open(MARK);
  return (
    opened &&
    Buffer.concat((await opened.stream.toArray()) as Buffer[])
      .toString()
      .trim()
  );
}
