import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ReconcileActivities, ReconcileReport } from '../activities/reconcile-reservations.ts';
import type { StopReport } from '../activities/stop-queued-attempts.ts';

const { reconcileReservations, stopQueuedAttempts } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 3 },
});

/**
 * A run of the reconciler: one pass over the open reservations, then over what is still to be stopped at providers, in bounded pages.
 * The next run is the schedule's.
 */
export async function reconcile(): Promise<ReconcileReport & StopReport> {
  const reconciling = reconcileReservations();
  // Neither holds up the other: what runs at a provider is stopped when reservations cannot be read as well.
  await reconciling.catch(() => undefined);
  const stops = await stopQueuedAttempts();
  return { ...(await reconciling), ...stops };
}
