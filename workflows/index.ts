/** The workflows a worker runs. */
export { assetSweep } from './asset-sweep.ts';
export { batch } from './batch.ts';
export { canary } from './canary.ts';
export { generation } from './generation.ts';
export { reconcile } from './reconcile.ts';
export { upkeep } from './upkeep.ts';
