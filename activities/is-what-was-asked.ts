import type { MadeKind } from '../domain/edit.ts';
import type { Asset } from '../jobs/asset-store.ts';
import type { ProviderFile } from './providers/provider.ts';

/** How a file of a type begins. PNG: its signature. MP4: a box length, then `ftyp` (ISO/IEC 14496-12). */
const SIGNATURES: ReadonlyMap<string, (firstBytes: Buffer) => boolean> = new Map([
  ['image/png', (bytes: Buffer) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))],
  ['video/mp4', (bytes: Buffer) => bytes.subarray(4, 8).toString('latin1') === 'ftyp'],
]);

const TYPES_OF_KIND: Readonly<Record<MadeKind, readonly string[]>> = {
  static_ad: ['image/png'],
  video_ad: ['video/mp4'],
};

/** Whether a stored file is of the type asked for, begins like one, and is all the provider said it would be. */
export function isWhatWasAsked(
  kind: MadeKind,
  file: Pick<ProviderFile, 'contentType' | 'declaredBytes' | 'declaredSha256'>,
  asset: Asset,
): boolean {
  const type = file.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return (
    TYPES_OF_KIND[kind].includes(type) &&
    (SIGNATURES.get(type)?.(asset.firstBytes) ?? false) &&
    (file.declaredBytes === null || file.declaredBytes === asset.bytes) &&
    (file.declaredSha256 === null || file.declaredSha256 === asset.sha256)
  );
}
