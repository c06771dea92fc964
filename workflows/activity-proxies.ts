import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { JobActivities } from '../activities/job-activities.ts';

/**
 * Admission and reads in PostgreSQL: local activities, nearly free. Retried without limit; a pause longer than the
 * threshold becomes a timer, so that an outage of hours does not fill the history.
 */
export const localActivities: ActivityInterfaceFor<JobActivities> = proxyLocalActivities<JobActivities>({
  startToCloseTimeout: '10 seconds',
  localRetryThreshold: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** One try of a look. With enough time left a look has LOOK_TRIES of them, and the pauses between. */
const LOOK_MS = 10_000;
const LOOK_TRIES = 3;
const BETWEEN_LOOKS_MS = 500;
const LOOKS_MS = LOOK_TRIES * (LOOK_MS + BETWEEN_LOOKS_MS);

/** The least time that a look is given. */
const MIN_LOOK_MS = 1_000;

/**
 * A look that may fail: it ends before the run deadline, or within a second when no time is left. Bounded by its tries,
 * since a schedule-to-close timeout that falls between two tries of a local activity is lost (SDK 1.24).
 */
export function localActivitiesWithin(leftMs: number) {
  const hasTimeForAll = leftMs >= LOOKS_MS;
  return proxyLocalActivities<Pick<JobActivities, 'hasStarted' | 'markStuck'>>({
    startToCloseTimeout: Math.min(LOOK_MS, Math.max(MIN_LOOK_MS, leftMs)),
    retry: {
      maximumAttempts: hasTimeForAll ? LOOK_TRIES : 1,
      initialInterval: BETWEEN_LOOKS_MS,
      backoffCoefficient: 1,
    },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
}

/**
 * The first try of a settlement: local, for at most 5 s. Then an ordinary activity follows, which operators can see.
 */
export const settleLocally = proxyLocalActivities<Pick<JobActivities, 'settle'>>({
  startToCloseTimeout: '3 seconds',
  scheduleToCloseTimeout: '5 seconds',
  retry: { initialInterval: '100 milliseconds', maximumAttempts: 5 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** The settlement as an ordinary activity: retried without limit, visible in Temporal UI. */
export const settleDurably = proxyActivities<Pick<JobActivities, 'settle'>>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * Releases the outputs that a batch has not begun: 500 settlements take seconds. Retried without limit, visible in
 * Temporal UI.
 */
export const releaseDurably = proxyActivities<Pick<JobActivities, 'releaseOutputs'>>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * The pictures of a brief are fetched side by side: three tries of 20 s each, and as long again while another output
 * fetches the same one.
 */
const KEEP_REFERENCES_SECONDS = 180;

/** Past the run deadline. The workflow stops waiting at the deadline itself. */
const RUN_SPARE_SECONDS = 120;

/** A provider has 30 s to confirm that it stopped. */
const STOP_SECONDS = 40;

/** Including the time until a worker takes it. */
const STOP_AT_MOST_SECONDS = 120;

/** A result that existed when the cancel came is stored within this time, or is not charged. */
const COLLECT_LATE_SECONDS = 60;

export type ProviderSteps = ReturnType<typeof providerSteps>;

/** The activities at the provider. Each may be retried: none of them can submit twice. */
export function providerSteps(limits: {
  readonly heartbeatTimeoutSeconds: number;
  readonly deadlineSeconds: number;
}) {
  const common = {
    heartbeatTimeout: limits.heartbeatTimeoutSeconds * 1_000,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: '500 milliseconds',
      maximumInterval: '10 seconds',
    },
  };
  return {
    keepReferences: proxyActivities<JobActivities>({
      ...common,
      startToCloseTimeout: KEEP_REFERENCES_SECONDS * 1_000,
    }).keepReferences,
    run: proxyActivities<Pick<JobActivities, 'runAttempt' | 'resolve'>>({
      ...common,
      startToCloseTimeout: (limits.deadlineSeconds + RUN_SPARE_SECONDS) * 1_000,
    }),
    stopAttempts: proxyActivities<JobActivities>({
      ...common,
      startToCloseTimeout: STOP_SECONDS * 1_000,
      scheduleToCloseTimeout: STOP_AT_MOST_SECONDS * 1_000,
    }).stopAttempts,
    // After a cancel nothing watches the deadline, so this activity has an end of its own.
    collectLate: proxyActivities<JobActivities>({
      ...common,
      startToCloseTimeout: COLLECT_LATE_SECONDS * 1_000,
      scheduleToCloseTimeout: COLLECT_LATE_SECONDS * 1_000,
    }).collectLate,
  };
}
