import type { AssetStoreConfig } from '../runtime/settings/asset-store-config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { AssetStore } from './asset-store.ts';
import { createDiskAssetStore } from './disk-asset-store.ts';

/** The settings name a store that this process cannot use. */
export class AssetStoreUnusable extends Error {
  override readonly name = 'AssetStoreUnusable';
  readonly code = 'asset_store_unusable';
}

/**
 * The store that the settings name, once this process has shown that it may use it. Throws AssetStoreUnusable, with what to mend. A
 * store that is away at the moment is no reason not to start: what needs it is tried again.
 */
export async function openAssetStore(
  config: AssetStoreConfig,
  { access, log }: { readonly access: 'read' | 'write'; readonly log: Pick<Logger, 'warn'> },
): Promise<AssetStore> {
  const store = await createStore(config);
  const fault = await store.check(access);
  if (fault?.kind === 'misconfigured') throw new AssetStoreUnusable(fault.message);
  if (fault !== null) log.warn({ fault: fault.message }, 'the asset store cannot be used at the moment');
  return store;
}

/** The S3 client is loaded (23 MB of memory, 0.1 s) only where a bucket is named. */
async function createStore(config: AssetStoreConfig): Promise<AssetStore> {
  if (config.kind === 'disk') return createDiskAssetStore(config.home);
  const { createS3AssetStore } = await import('./s3/s3-asset-store.ts');
  return createS3AssetStore(config);
}
