import type { ResolvedKind } from './edit.ts';
import { FILM_STAGES, type Stage } from './stages.ts';

/** When a model is expected to be done, counted from admission. All in seconds. */
export type ModelTimes = {
  /** "Expected by" shown to the customer. */
  readonly expectedSeconds: number;
  /** Past this the job is marked stuck. */
  readonly stuckSeconds: number;
  /** The provider must have begun by then. */
  readonly startDeadlineSeconds: number;
  /** The model's own run deadline, used when the customer names none. */
  readonly deadlineSeconds: number;
};

export type Model = {
  readonly name: string;
  /** The adapter that runs it. */
  readonly provider: string;
  readonly times: Readonly<Partial<Record<ResolvedKind, ModelTimes>>>;
  /** How it makes what it does not make in one call. */
  readonly stages: Readonly<Partial<Record<ResolvedKind, readonly Stage[]>>>;
  readonly minDeadlineSeconds: number;
  readonly maxDeadlineSeconds: number;
  /** Submissions of one part, when each earlier one may be followed by another (rejections.ts). */
  readonly maxAttempts: number;
  /** True when `test_scenario` means something to it. */
  readonly isSandbox: boolean;
  /** One sentence of the quote: what a cancel gives back. */
  readonly cancelRule: string;
};

const STATIC_AD_TIMES: ModelTimes = {
  expectedSeconds: 10,
  stuckSeconds: 20,
  startDeadlineSeconds: 18,
  deadlineSeconds: 900,
};
const VIDEO_AD_TIMES: ModelTimes = {
  expectedSeconds: 120,
  stuckSeconds: 240,
  startDeadlineSeconds: 200,
  deadlineSeconds: 1_800,
};

const LOCAL_RENDER: Model = {
  name: 'local/render',
  provider: 'local',
  times: { static_ad: STATIC_AD_TIMES, video_ad: VIDEO_AD_TIMES },
  stages: { video_ad: FILM_STAGES },
  minDeadlineSeconds: 3,
  maxDeadlineSeconds: 3_600,
  maxAttempts: 3,
  isSandbox: true,
  cancelRule: 'Cancel at any time before it is delivered and all of its credits return.',
};

/** Every model there is, as the catalogue lists them. */
export const MODELS: readonly Model[] = [LOCAL_RENDER];

/** The model used when a request names none. */
export const DEFAULT_MODEL = LOCAL_RENDER;

export function modelOf(name: string | undefined): Model | undefined {
  return name === undefined ? DEFAULT_MODEL : MODELS.find((model) => model.name === name);
}

/** Every instant a job watches, in seconds from admission. */
export type JobTimes = ModelTimes & {
  /**
   * Who set the run deadline: it decides the fault, and so where expired credits go. `us`: an output of
   * several that began so late that the job's deadline cuts it short.
   */
  readonly deadlineSetBy: 'model' | 'customer' | 'us';
};

/** How far into a deadline that the customer named the earlier instants are at the latest. */
const LATEST_SHARE = { expectedSeconds: 0.5, startDeadlineSeconds: 0.7, stuckSeconds: 0.75 } as const;

/** A model service that is started again is back within this. */
const RESTART_SECONDS = 60;

/**
 * How long a provider that cannot be reached is tried: until its start deadline, and longer than a restart of it takes; never so
 * long that the run deadline comes first.
 */
export function reachWithinSeconds({ startDeadlineSeconds, deadlineSeconds }: ModelTimes): number {
  return Math.min(
    Math.max(startDeadlineSeconds, RESTART_SECONDS),
    deadlineSeconds * LATEST_SHARE.startDeadlineSeconds,
  );
}

/**
 * The times of one job. A deadline the customer names moves the earlier instants forward with it, so that a job is
 * always expected, then stuck, and only then past its deadline.
 */
export function jobTimesOf(times: ModelTimes, requestedDeadlineSeconds: number | undefined): JobTimes {
  const deadlineSeconds = requestedDeadlineSeconds ?? times.deadlineSeconds;
  const atLatest = (instant: keyof typeof LATEST_SHARE): number =>
    Math.min(times[instant], deadlineSeconds * LATEST_SHARE[instant]);
  return {
    expectedSeconds: atLatest('expectedSeconds'),
    stuckSeconds: atLatest('stuckSeconds'),
    startDeadlineSeconds: atLatest('startDeadlineSeconds'),
    deadlineSeconds,
    deadlineSetBy: deadlineSeconds < times.deadlineSeconds ? 'customer' : 'model',
  };
}

/**
 * Whether an instant comes as early as it does because of the deadline that the customer named. What it brings about is the customer's
 * then: else a deadline of seconds, which no model can keep, would bring expired credits back as a new grant.
 */
export function isBroughtForward(times: JobTimes, instant: 'startDeadlineSeconds' | 'stuckSeconds'): boolean {
  return (
    times.deadlineSetBy === 'customer' && times[instant] >= times.deadlineSeconds * LATEST_SHARE[instant]
  );
}
