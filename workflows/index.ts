/** The workflows a worker runs. */
export { advanceClock } from './advance-clock.ts';
export { assetSweep } from './sweep-assets-workflow.ts';
export { batch } from './batch.ts';
export { canary } from './canary.ts';
export { generation } from './generation.ts';
export { reconcile } from './reconcile-workflow.ts';
export { creditMaintenance } from './credit-maintenance.ts';
