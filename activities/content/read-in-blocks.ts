import type { Readable } from 'node:stream';

/** One request of a bucket each: small beside a film, large beside a frame. */
const BLOCK_BYTES = 1024 * 1024;

/** One for each of the two tracks that a film is read by in turns, and one for its index. */
const MAX_BLOCKS = 3;

type Block = { readonly index: number; readonly bytes: Buffer; length: number };

/** `start` included, `end` not. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * Reads ranges of a file by whole blocks, the last few of which are kept, in memory that is used again: a film of a thousand frames is a dozen
 * requests, and no more than `MAX_BLOCKS` of it are there at once. One call at a time is under way; the others wait.
 * @param open a stream of the file from `start` on, to `end` or to its end.
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
      // The file is shorter than it was when it was asked for its length.
      if (part.length === 0) throw new RangeError('the file has ended');
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
