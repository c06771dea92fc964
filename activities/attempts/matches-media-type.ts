import type { Asset, AssetStore } from '../../assets/asset-store.ts';
import { isWholeMp4 } from './is-whole-mp4.ts';
import type { ProviderFile } from '../providers/provider.ts';

const beginsWith = (text: string, at = 0) => {
  return (bytes: Buffer): boolean => bytes.subarray(at, at + text.length).toString('latin1') === text;
};

/** How a file of a type begins. PNG: its signature. MP4: a box length, then `ftyp` (ISO/IEC 14496-12). WebVTT: its name. */
const SIGNATURES: ReadonlyMap<string, (firstBytes: Buffer) => boolean> = new Map([
  ['image/png', beginsWith('\x89PNG\r\n\x1a\n')],
  ['video/mp4', beginsWith('ftyp', 4)],
  ['audio/mp4', beginsWith('ftyp', 4)],
  ['application/json', beginsWith('{')],
  ['text/vtt', beginsWith('WEBVTT')],
]);

/** Types of which a good beginning says little: a film is long on its way. */
const IS_MP4 = /^(video|audio)\/mp4$/;

/** Whether a stored file is of the type asked for, is one, and is all the provider said it would be. */
export async function matchesMediaType(
  mediaType: string,
  file: Pick<ProviderFile, 'contentType' | 'declaredBytes' | 'declaredSha256'>,
  asset: Asset,
  assets: AssetStore,
): Promise<boolean> {
  const type = file.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return (
    type === mediaType &&
    (SIGNATURES.get(type)?.(asset.firstBytes) ?? false) &&
    (file.declaredBytes === null || file.declaredBytes === asset.bytes) &&
    (file.declaredSha256 === null || file.declaredSha256 === asset.sha256) &&
    (!IS_MP4.test(type) || (await isWholeMp4(assets, asset.sha256)))
  );
}
