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
 * A run of the reconciler: one pass over the open reservations, then over what is still to be stopped at providers, then over what was
 * started where no worker is, in bounded pages. The next run is the schedule's.
 */
export async function reconcile(): Promise<ReconcileReport & StopReport & UnservedReport> {
  const reconciling = reconcileReservations();
  // None holds up another: what runs at a provider is stopped when reservations cannot be read as well.
  await reconciling.catch(() => undefined);
  const stopping = stopQueuedAttempts();
  await stopping.catch(() => undefined);
  const unserved = await refuseUnservedStarts();
  return { ...(await reconciling), ...(await stopping), ...unserved };
}
