import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { AssetMismatch, AssetTooLarge, MAX_ASSET_BYTES, type Asset, type PutOptions } from './asset-store.ts';

/** Enough to identify a file's type. */
const FIRST_BYTES = 16;

/** Passes a stream on and measures it. `result` throws AssetMismatch when it is not what the sender declared. */
export function measureContent({ maxBytes = MAX_ASSET_BYTES, expected }: PutOptions): {
  readonly transform: Transform;
  result(): Asset;
} {
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
  return {
    transform,
    result() {
      const asset = { sha256: hash.digest('hex'), bytes, firstBytes };
      if ((expected?.bytes ?? bytes) !== bytes)
        throw new AssetMismatch(`${String(bytes)} bytes arrived, ${String(expected?.bytes)} were announced`);
      if ((expected?.sha256 ?? asset.sha256) !== asset.sha256)
        throw new AssetMismatch('the SHA-256 of what arrived is not the one that was announced');
      return asset;
    },
  };
}
