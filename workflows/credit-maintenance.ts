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
 * The most steps of one duty in a run: at 2,000 accounts a step, a million accounts and a few thousand events. The next
 * run does the rest.
 */
const STEPS_PER_RUN = 500;

type MaintenanceReport = {
  readonly renewals: MaintenanceCounts;
  readonly expiries: MaintenanceCounts;
};

/**
 * One run of the credit maintenance: renews plans, then expires credits; a schedule starts the next. Plans come first,
 * since a renewal also writes the expiry of the last period. Test accounts whose clock is ahead come last, each by its
 * own clock.
 */
export async function creditMaintenance(): Promise<MaintenanceReport> {
  let renewals: MaintenanceCounts = {};
  let expiries: MaintenanceCounts = {};
  try {
    renewals = await workThrough(renewDuePlans);
  } finally {
    // Also after a failure of the renewals: one duty does not hold up the other.
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
