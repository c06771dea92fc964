import { CancellationScope, isCancellation, log, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import { localActivitiesWithin } from '../activity-proxies.ts';
import { countStuck } from '../metrics.ts';
import type { Interruption, OutputRun } from './output-run.ts';
import { showStatus } from './show-status.ts';

/** The pause after a read that failed. */
const LOOK_AGAIN_MS = 15_000;

/** The shortest pause before the next look: the workflow's clock and the database's differ. */
const LEAST_WAIT_MS = 1_000;

/**
 * Watches an output's instants, in the calling scope: start deadline, expected time and run deadline. Interrupts the
 * run at most once, and not after the scope is canceled or the watch has ended.
 *
 * There is one timer, for the next instant. An instant that moves to an earlier time gets its own timer; one that moves
 * to a later time does not: its timer fires, finds nothing due, and is set again.
 */
export function watchDeadlines(run: OutputRun): Watch {
  const watch = {
    scope: CancellationScope.current(),
    run,
    instants: instantsOf(run),
    timerAtMs: Number.POSITIVE_INFINITY,
    isActing: false,
    hasEnded: false,
  };
  run.control.watchAgain = () => {
    setTimer(watch);
  };
  setTimer(watch);
  return {
    end: () => {
      watch.hasEnded = true;
      if (watch.isActing) watch.scope.cancel();
    },
  };
}

type Watch = {
  /** The output has ended. Its timer is not canceled, which would be an event: it ends with the workflow. */
  end(): void;
};

type Watching = {
  readonly scope: CancellationScope;
  readonly run: OutputRun;
  readonly instants: readonly Instant[];
  /** When the next timer fires; infinity without one. */
  timerAtMs: number;
  isActing: boolean;
  hasEnded: boolean;
};

type Instant = {
  /** The text beside the timer in Temporal UI. */
  readonly summary: string;
  readonly atMs: () => number;
  readonly isDone: () => boolean;
  readonly act: () => Promise<Interruption | undefined>;
};

/** Sets a timer for the next instant, unless an earlier timer is set. */
function setTimer(watch: Watching): void {
  if (watch.isActing || isOver(watch)) return;
  const next = nextOf(watch);
  const atMs = next.atMs();
  if (atMs >= watch.timerAtMs) return;
  watch.timerAtMs = atMs;
  // Called from other scopes too.
  watch.scope
    .run(() => sleep(Math.max(1, atMs - Date.now()), { summary: next.summary }))
    .then(() => {
      if (watch.timerAtMs === atMs) watch.timerAtMs = Number.POSITIVE_INFINITY;
      return actOnWhatIsDue(watch);
    })
    .catch((error: unknown) => {
      // The reconciler still keeps return_by, which stands with the reservation.
      if (isCancellation(error)) return;
      const { outputId } = watch.run.plan;
      log.error('the deadlines of an output are no longer watched; the reconciler releases it at return_by', {
        outputId,
        error,
      });
    });
}

/** Acts on the instants that are due, one after the other, then sets the next timer. */
async function actOnWhatIsDue(watch: Watching): Promise<void> {
  if (watch.isActing) return;
  watch.isActing = true;
  try {
    while (!isOver(watch)) {
      const next = nextOf(watch);
      if (next.atMs() > Date.now()) break;
      const interruption = await next.act().catch((error: unknown) => {
        if (isCancellation(error)) throw error;
        const { outputId } = watch.run.plan;
        log.warn(`could not check an output (${next.summary}); it is checked again, or at the next instant`, {
          outputId,
          error,
        });
        return undefined;
      });
      if (interruption !== undefined && !isOver(watch)) watch.run.interrupt(interruption);
    }
  } finally {
    watch.isActing = false;
  }
  setTimer(watch);
}

function isOver({ hasEnded, scope }: Watching): boolean {
  return hasEnded || scope.consideredCancelled;
}

function nextOf({ instants }: Watching): Instant {
  return instants
    .filter((instant) => !instant.isDone())
    .reduce((one, other) => (other.atMs() < one.atMs() ? other : one));
}

/** Those of the same moment are acted on in this order. */
function instantsOf(run: OutputRun): readonly Instant[] {
  const { accountId, jobId, outputId } = run.plan;
  const { control } = run;
  const activities = () => localActivitiesWithin(control.returnAtMs - Date.now());
  return [
    {
      summary: 'has the model begun?',
      atMs: () => control.startLookAtMs ?? Number.POSITIVE_INFINITY,
      isDone: () => control.startLookAtMs === undefined,
      act: () => lookForStart(run, activities()),
    },
    {
      summary: 'is it stuck?',
      // Counted from the job's admission: a restart does not move it.
      atMs: () => control.stuckLookAtMs,
      isDone: () => control.isStuckWatched,
      act: async () => {
        control.stuckLookAtMs = Date.now() + LOOK_AGAIN_MS;
        const { isStuck, providerJobs } = await activities().markStuck(accountId, jobId, outputId);
        run.isStuck = isStuck;
        run.providerJobs = providerJobs;
        control.isStuckWatched = true;
        showStatus(run);
        if (run.isStuck) {
          upsertSearchAttributes({ HoldfastState: ['stuck'], HoldfastStuckSince: [new Date()] });
          countStuck(run.plan);
        }
        return undefined;
      },
    },
    {
      summary: 'the credits return',
      atMs: () => control.returnAtMs,
      isDone: () => false,
      act: () => Promise.resolve('run_deadline'),
    },
  ];
}

/** Looks whether every submission has begun within the start deadline of its own. */
async function lookForStart(
  run: OutputRun,
  activities: ReturnType<typeof localActivitiesWithin>,
): Promise<Interruption | undefined> {
  const { control, plan } = run;
  const { startDeadlineSeconds } = plan.times;
  control.startLookAtMs = undefined;
  const look = await activities
    .hasStarted(plan.accountId, plan.outputId, startDeadlineSeconds)
    .catch((error: unknown) => {
      control.startLookAtMs = Date.now() + LOOK_AGAIN_MS;
      throw error;
    });
  run.providerJobs = look.providerJobs;
  showStatus(run);
  switch (look.outcome) {
    case 'started':
      return undefined;
    case 'look_again':
      control.startLookAtMs = Date.now() + Math.max(LEAST_WAIT_MS, look.inSeconds * 1_000);
      return undefined;
    case 'late':
      run.lateAttempt = look.reference;
      return 'start_deadline';
  }
}
