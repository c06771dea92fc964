import { Readable } from 'node:stream';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { createS3AssetStore } from '../../assets/s3/s3-asset-store.ts';
import type { AssetStoreConfig } from '../../runtime/settings/asset-store-config.ts';

/**
 * A process that stores and reads one large file, and prints by how many bytes its memory (RSS) grew over what it was with a small one.
 * A process of its own, since a test process holds the memory of other tests too.
 */
const config = JSON.parse(process.argv[2] ?? '') as AssetStoreConfig;
const bytes = Number(process.argv[3]);
const store = config.kind === 'disk' ? createDiskAssetStore(config.home) : createS3AssetStore(config);

const CHUNK = Buffer.alloc(256 * 1024, 7);
function* chunksOf(total: number): Generator<Buffer> {
  for (let sent = 0; sent < total; sent += CHUNK.length)
    yield CHUNK.subarray(0, Math.min(CHUNK.length, total - sent));
}

async function putAndRead(total: number): Promise<number> {
  const { sha256 } = await store.put(Readable.from(chunksOf(total), { objectMode: false }), {
    maxBytes: total,
  });
  const opened = await store.open(sha256);
  let read = 0;
  for await (const chunk of opened?.stream ?? []) read += (chunk as Buffer).length;
  return read;
}

await putAndRead(8 * 1024 * 1024);
const before = process.memoryUsage.rss();
let highest = before;
const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
const read = await putAndRead(bytes);
clearInterval(timer);
process.stdout.write(JSON.stringify({ read, growth: highest - before }));
