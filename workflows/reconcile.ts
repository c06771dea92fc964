import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ReconcileActivities, ReconcileReport } from '../activities/reconcile-reservations.ts';

/** A run of the reconciler: one pass over the open reservations, in bounded pages. The next run is the schedule's. */
const { reconcileReservations } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 3 },
});

export async function reconcile(): Promise<ReconcileReport> {
  return reconcileReservations();
}
