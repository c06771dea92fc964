import { StartFault } from '../domain/start-fault.ts';
import type { AssetStoreConfig } from '../runtime/settings/asset-store-config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { AssetStore } from './asset-store.ts';
import { createDiskAssetStore } from './disk-asset-store.ts';

/** This process cannot use the store that the settings name. */
export class AssetStoreUnusable extends StartFault {
  override readonly name = 'AssetStoreUnusable';
  readonly code = 'asset_store_unusable';
}

/**
 * Opens the store that the settings name, once this process has proved that it may use it. Throws AssetStoreUnusable,
 * with what to fix. A store that is unreachable does not prevent the start: what needs it is retried.
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

/** The S3 client (23 MB of memory, 0.1 s) is loaded only for a bucket. */
async function createStore(config: AssetStoreConfig): Promise<AssetStore> {
  if (config.kind === 'disk') return createDiskAssetStore(config.home);
  const { createS3AssetStore } = await import('./s3/s3-asset-store.ts');
  return createS3AssetStore(config);
}
