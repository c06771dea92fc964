import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ClockActivities } from '../activities/maintenance/advance-clocks.ts';
import type {
  CreditMaintenance,
  MaintenanceCounts,
  MaintenanceStep,
} from '../activities/maintenance/maintain-credits.ts';

const { renewDuePlans, sweepExpiredCredits, advanceMovedClocks } = proxyActivities<
  CreditMaintenance & ClockActivities
>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 3 },
});

/**
 * Steps of one duty in one run: at 2,000 accounts a step, a million accounts, in a history of a few thousand events. What
 * is left is the next run's.
 */
const STEPS_PER_RUN = 500;

type MaintenanceReport = {
  readonly renewals: MaintenanceCounts;
  readonly expiries: MaintenanceCounts;
};

/**
 * A run of the credit maintenance: what falls due in accounts by time alone. The next run is the schedule's. Plans first: the
 * renewal of a plan writes the expiry of its last period as well. Test accounts whose clock is ahead come last, each by its own clock.
 */
export async function creditMaintenance(): Promise<MaintenanceReport> {
  let renewals: MaintenanceCounts = {};
  let expiries: MaintenanceCounts = {};
  try {
    renewals = await workThrough(renewDuePlans);
  } finally {
    // Whatever became of the renewals: one duty does not hold up the other.
    try {
      expiries = await workThrough(sweepExpiredCredits);
    } finally {
      await advanceMovedClocks();
    }
  }
  return { renewals, expiries };
}

async function workThrough(
  step: (after: MaintenanceStep['next']) => Promise<MaintenanceStep>,
): Promise<MaintenanceCounts> {
  const counts: Record<string, number> = {};
  let next: MaintenanceStep['next'] = null;
  for (let steps = 0; steps < STEPS_PER_RUN; steps++) {
    const done: MaintenanceStep = await step(next);
    for (const [ending, count] of Object.entries(done.counts)) counts[ending] = (counts[ending] ?? 0) + count;
    next = done.next;
    if (next === null) break;
  }
  return counts;
}
