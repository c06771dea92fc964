import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { AssetSweepActivities, SweepStep } from '../activities/maintenance/sweep-assets.ts';

const { sweepAssetSections } = proxyActivities<AssetSweepActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 3 },
});

/** The number of sections, and some: each step does at least one. */
const MAX_STEPS = 300;

/** One run of the asset sweep, once through the asset store. A schedule starts the next. */
export async function assetSweep(): Promise<SweepStep['counts']> {
  const counts = { looked_at: 0, set_aside: 0, removed: 0, bytes_removed: 0 };
  let next: string | null = null;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const done: SweepStep = await sweepAssetSections(next);
    counts.looked_at += done.counts.looked_at;
    counts.set_aside += done.counts.set_aside;
    counts.removed += done.counts.removed;
    counts.bytes_removed += done.counts.bytes_removed;
    next = done.next;
    if (next === null) break;
  }
  return counts;
}
