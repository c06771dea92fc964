import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { localActivitiesWithin } from '../activity-proxies.ts';
import { countStuck } from '../metrics.ts';
import type { Interruption, OutputRun } from './output-run.ts';
import { showStatus } from './show-status.ts';

/** After a look that nobody answered: PostgreSQL is away, and is to be back soon. */
const LOOK_AGAIN_MS = 15_000;

/** Instants are not armed again for less: the workflow's clock and the database's are not one. */
const LEAST_WAIT_MS = 1_000;

/**
 * Watches a job's instants with one timer, armed again for the next, and when support moves one: must it have started, is
 * it stuck, is it over. Calls `interrupt` at most once, and not after `cancel` or `end`.
 */
export function watchDeadlines(run: OutputRun, interrupt: (interruption: Interruption) => void): Watch {
  const scope = new CancellationScope();
  const state = { isActing: false, hasEnded: false };
  const watching = scope.run(() => watch(run, interrupt, state));
  watching.catch((error: unknown) => {
    // return_by stands with the reservation: without this watch the reconciler still keeps the promise.
    if (!isCancellation(error)) log.error('deadlines are no longer watched', { error });
  });
  return {
    cancel: () => {
      scope.cancel();
    },
    end: () => {
      state.hasEnded = true;
      if (state.isActing) scope.cancel();
    },
  };
}

type Watch = {
  cancel(): void;
  /** The output has come to its end, and so does the workflow: a timer that goes with it is not worth an event of its own. */
  end(): void;
};

type Instant = {
  /** What Temporal UI shows beside the timer. */
  readonly summary: string;
  readonly atMs: () => number;
  readonly isDone: () => boolean;
  readonly act: () => Promise<Interruption | undefined>;
};

async function watch(
  run: OutputRun,
  interrupt: (interruption: Interruption) => void,
  state: { isActing: boolean; readonly hasEnded: boolean },
): Promise<void> {
  const { control } = run;
  const instants = instantsOf(run);
  for (;;) {
    const next = instants
      .filter((instant) => !instant.isDone())
      .reduce((one, other) => (other.atMs() < one.atMs() ? other : one));
    const { moves } = control;
    await condition(() => control.moves !== moves, Math.max(1, next.atMs() - Date.now()), {
      summary: next.summary,
    });
    if (state.hasEnded) return;
    if (control.moves !== moves) continue;
    state.isActing = true;
    const interruption = await next.act().catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      log.warn('could not look at an output at one of its instants; the next one is watched', { error });
      return undefined;
    });
    state.isActing = false;
    if (CancellationScope.current().consideredCancelled) return;
    if (interruption === undefined) continue;
    interrupt(interruption);
    return;
  }
}

/** In the order in which those of the same moment are acted on. */
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
      // Of the job: what is late is late, restarted or not.
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

/** Each submission is to begin within the start deadline of its own, however late it came: by references, stages, a restart. */
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
