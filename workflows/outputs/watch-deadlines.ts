import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { glanceWithin } from '../activity-proxies.ts';
import { countStuck } from '../metrics.ts';
import type { Interruption, Production } from './output-run.ts';
import { showStanding } from './show-status.ts';

/** After a look that nobody answered: PostgreSQL is away, and is to be back soon. */
const LOOK_AGAIN_MS = 15_000;

/** Instants are not armed again for less: the workflow's clock and the database's are not one. */
const LEAST_WAIT_MS = 1_000;

/**
 * Watches a job's instants with one timer, armed again for the next, and when support moves one: must it have started, is
 * it stuck, is it over. Calls `interrupt` at most once, and not after `cancel` or `end`.
 */
export function watchDeadlines(
  production: Production,
  interrupt: (interruption: Interruption) => void,
): Watch {
  const scope = new CancellationScope();
  const state = { isActing: false, hasEnded: false };
  const watching = scope.run(() => watch(production, interrupt, state));
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
  production: Production,
  interrupt: (interruption: Interruption) => void,
  state: { isActing: boolean; readonly hasEnded: boolean },
): Promise<void> {
  const { control } = production;
  const instants = instantsOf(production);
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
function instantsOf(production: Production): readonly Instant[] {
  const { accountId, jobId, outputId } = production.plan;
  const { control } = production;
  const glance = () => glanceWithin(control.returnAtMs - Date.now());
  return [
    {
      summary: 'has the model begun?',
      atMs: () => control.startLookAtMs ?? Number.POSITIVE_INFINITY,
      isDone: () => control.startLookAtMs === undefined,
      act: () => lookForStart(production, glance()),
    },
    {
      summary: 'is it stuck?',
      // Of the job: what is late is late, restarted or not.
      atMs: () => control.stuckLookAtMs,
      isDone: () => control.isStuckWatched,
      act: async () => {
        control.stuckLookAtMs = Date.now() + LOOK_AGAIN_MS;
        const { isStuck, providerJobs } = await glance().markStuck(accountId, jobId, outputId);
        production.isStuck = isStuck;
        production.providerJobs = providerJobs;
        control.isStuckWatched = true;
        showStanding(production);
        if (production.isStuck) {
          upsertSearchAttributes({ HoldfastState: ['stuck'], HoldfastStuckSince: [new Date()] });
          countStuck(production.plan);
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
  production: Production,
  glance: ReturnType<typeof glanceWithin>,
): Promise<Interruption | undefined> {
  const { control, plan } = production;
  const { startDeadlineSeconds } = plan.times;
  control.startLookAtMs = undefined;
  const look = await glance
    .hasStarted(plan.accountId, plan.outputId, startDeadlineSeconds)
    .catch((error: unknown) => {
      control.startLookAtMs = Date.now() + LOOK_AGAIN_MS;
      throw error;
    });
  production.providerJobs = look.providerJobs;
  showStanding(production);
  switch (look.outcome) {
    case 'started':
      return undefined;
    case 'look_again':
      control.startLookAtMs = Date.now() + Math.max(LEAST_WAIT_MS, look.inSeconds * 1_000);
      return undefined;
    case 'late':
      production.lateAttempt = look.reference;
      return 'start_deadline';
  }
}
