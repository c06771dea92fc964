import type { Readable } from 'node:stream';

/** One request to a bucket: small compared with a film, large compared with a frame. */
const BLOCK_BYTES = 1024 * 1024;

/** One block for each of the two tracks of a film, which are read in turns, and one for its index. */
const MAX_BLOCKS = 3;

type Block = { readonly index: number; readonly bytes: Buffer; length: number };

/** Reads bytes from `start` to before `end`. Rejects with RangeError when the file ends before. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * Returns a reader of ranges of a file. It reads whole blocks and keeps the last `MAX_BLOCKS`, in buffers that are used
 * again: a film of a thousand frames takes a dozen requests. One read is under way at a time; others wait.
 * @param open returns a stream of the file from `start` to before `end`, or to the end of the file.
 */
export function createReadInBlocks(open: (start: number, end: number) => Promise<Readable>): ReadRange {
  const blocks: Block[] = [];
  let last: Promise<unknown> = Promise.resolve();

  async function blockOf(index: number): Promise<Block> {
    const at = blocks.findIndex((block) => block.index === index);
    const kept = at === -1 ? undefined : blocks.splice(at, 1)[0];
    const block = kept ?? (await fill(index));
    blocks.push(block);
    return block;
  }

  async function fill(index: number): Promise<Block> {
    const oldest = blocks.length < MAX_BLOCKS ? undefined : blocks.shift();
    const block = { index, bytes: oldest?.bytes ?? Buffer.allocUnsafeSlow(BLOCK_BYTES), length: 0 };
    const stream = await open(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    for await (const chunk of stream as AsyncIterable<Buffer>)
      block.length += chunk.copy(block.bytes, block.length);
    return block;
  }

  async function read(start: number, end: number): Promise<Uint8Array> {
    const range = new Uint8Array(end - start);
    for (let at = start; at < end;) {
      const block = await blockOf(Math.floor(at / BLOCK_BYTES));
      const from = at - block.index * BLOCK_BYTES;
      const part = block.bytes.subarray(from, Math.min(block.length, from + end - at));
      // The range ends after the file.
      if (part.length === 0) throw new RangeError(`the file ends before byte ${String(end)}`);
      range.set(part, at - start);
      at += part.length;
    }
    return range;
  }

  return (start, end) => {
    const reading = last.then(() => read(start, end));
    last = reading.catch(() => undefined);
    return reading;
  };
}
