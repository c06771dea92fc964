import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type {
  ReconcileActivities,
  ReconcileReport,
} from '../activities/maintenance/reconcile-reservations.ts';
import type { UnservedReport } from '../activities/maintenance/refuse-unserved-starts.ts';
import type { StopReport } from '../activities/attempts/stop-queued-attempts.ts';

const { reconcileReservations, stopQueuedAttempts, refuseUnservedStarts } =
  proxyActivities<ReconcileActivities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 3 },
  });

/**
 * One run of the reconciler: a pass over open reservations, over attempts to stop at providers, and over jobs that were
 * started where no worker is, in bounded pages. A schedule starts the next.
 */
export async function reconcile(): Promise<ReconcileReport & StopReport & UnservedReport> {
  const reconciling = reconcileReservations();
  // One pass does not hold up another.
  await reconciling.catch(() => undefined);
  const stopping = stopQueuedAttempts();
  await stopping.catch(() => undefined);
  const unserved = await refuseUnservedStarts();
  return { ...(await reconciling), ...(await stopping), ...unserved };
}
