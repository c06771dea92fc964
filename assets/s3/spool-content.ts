import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Asset, PutOptions } from '../asset-store.ts';
import { measureContent } from '../measure-content.ts';

/** Content in a file without a name, which every try of an upload reads. */
type SpooledContent = {
  readonly asset: Asset;
  readonly read: () => Readable;
  readonly close: () => Promise<void>;
};

const READ_BYTES = 256 * 1024;

/**
 * Writes a stream to a local file, since its name in S3 is its SHA-256, which is known at the end. The file is unlinked
 * at once: a killed worker leaves nothing behind.
 */
export async function spoolContent(
  folder: string,
  content: Readable,
  options: PutOptions,
): Promise<SpooledContent> {
  const file = await openUnnamed(folder);
  try {
    const meter = measureContent(options);
    const write = (source: AsyncIterable<Buffer>) => writeFile(file, source);
    if (options.signal === undefined) await pipeline(content, meter.transform, write);
    else await pipeline(content, meter.transform, write, { signal: options.signal });
    return {
      asset: meter.result(),
      // Not the file's own read stream, which would close the file.
      read: () => Readable.from(chunksOf(file), { objectMode: false, highWaterMark: READ_BYTES }),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openUnnamed(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const name = path.join(folder, randomUUID());
  const file = await open(name, 'wx+', 0o600);
  await rm(name);
  return file;
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
