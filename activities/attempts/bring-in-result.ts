import type { FailureCode } from '../../domain/work/failures.ts';
import { AssetMismatch, AssetTooLarge, type Asset, type AssetStore } from '../../assets/asset-store.ts';
import type { StoredAsset } from '../../jobs/attempts/finish-attempt.ts';
import {
  maxBytesOf,
  type CheckContent,
  type ContentFault,
  type ExpectedContent,
} from '../content/check-content.ts';
import type { OpenedFile, Provider, ResultFile } from '../providers/provider.ts';

type BroughtIn =
  | { readonly outcome: 'stored'; readonly asset: StoredAsset }
  | { readonly outcome: 'failed'; readonly code: FailureCode }
  | NotBroughtIn;

export type NotBroughtIn =
  /** Try again: its host is away, or the transfer broke. */
  | { readonly outcome: 'again'; readonly afterMs: number }
  /** Ask the provider for a fresh link, if it has any. */
  | { readonly outcome: 'link_expired' };

type BringInContext = {
  readonly provider: Provider;
  readonly assets: AssetStore;
  readonly checkContent: CheckContent;
};

const BAD_CONTENT = { outcome: 'failed', code: 'bad_content' } as const;

/** A picture, its thumbnail, its mask, and a film of how it was made. */
const MAX_FILES = 4;

/** Faults of a file that is another than the one asked for, and not that one damaged. */
const OF_ANOTHER_FILE: ReadonlySet<ContentFault> = new Set([
  'wrong_type',
  'wrong_dimensions',
  'wrong_duration',
]);

/**
 * Stores the first file of a result that is what was asked for, and checks it against what was declared of it. A service
 * may name others before it, such as a thumbnail; only if all are others is that its failure. A damaged file is its
 * failure whatever follows: what follows may be a mask, and nothing is charged in doubt.
 */
export async function bringInResult(
  context: BringInContext,
  files: readonly ResultFile[],
  expected: ExpectedContent,
  signal: AbortSignal,
): Promise<BroughtIn> {
  if (files.length === 0) return { outcome: 'failed', code: 'zero_outputs' };
  for (const file of files.slice(0, MAX_FILES)) {
    const brought = await bringInFile(context, file, expected, signal);
    if (brought !== 'another_file') return brought;
  }
  return BAD_CONTENT;
}

async function bringInFile(
  { provider, assets, checkContent }: BringInContext,
  named: ResultFile,
  expected: ExpectedContent,
  signal: AbortSignal,
): Promise<BroughtIn | 'another_file'> {
  const fetched = await provider.fetchResult(named, signal);
  switch (fetched.outcome) {
    case 'refused':
      return BAD_CONTENT;
    case 'link_expired':
      return fetched;
    case 'unavailable':
      return { outcome: 'again', afterMs: fetched.retryAfterMs };
    case 'opened':
      break;
  }
  const { file } = fetched;
  const asset = await storeFile(assets, file, maxBytesOf(expected), signal);
  if (asset === 'broken_transfer') return { outcome: 'again', afterMs: 0 };
  if (asset === 'refused') return BAD_CONTENT;
  const checked = await checkContent(asset, expected, assets);
  if (checked.outcome === 'refused') return OF_ANOTHER_FILE.has(checked.fault) ? 'another_file' : BAD_CONTENT;
  const { sha256, bytes } = asset;
  const { mediaType: contentType, hasC2pa = null } = checked.content;
  return { outcome: 'stored', asset: { sha256, bytes, contentType, hasC2pa } };
}

async function storeFile(
  assets: AssetStore,
  { content, declared }: OpenedFile,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Asset | 'refused' | 'broken_transfer'> {
  let transferError: unknown;
  content.once('error', (error: unknown) => (transferError = error));
  if ((declared.bytes ?? 0) > maxBytes) {
    content.destroy();
    return 'refused';
  }
  try {
    return await assets.put(content, { signal, maxBytes, expected: declared });
  } catch (error) {
    if (error instanceof AssetTooLarge || error instanceof AssetMismatch) return 'refused';
    if (error === transferError && !signal.aborted) return 'broken_transfer';
    throw error;
  }
}
