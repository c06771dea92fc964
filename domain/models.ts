import type { MadeKind } from './edit.ts';
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
  readonly times: Readonly<Partial<Record<MadeKind, ModelTimes>>>;
  /** How it makes what it does not make in one piece. */
  readonly stages: Readonly<Partial<Record<MadeKind, readonly Stage[]>>>;
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
   * Who set the run deadline: it decides the fault, and so where expired credits go (design.md, "The ledger"). `us`: an output of
   * several that began so late that the job's deadline cuts it short.
   */
  readonly deadlineSetBy: 'model' | 'customer' | 'us';
};

/** A model service that is started again is back within this. */
const RESTART_SECONDS = 60;

/**
 * How long a provider that cannot be reached is tried: until its start deadline, and longer than a restart of it takes; never so
 * long that the run deadline comes first.
 */
export function reachWithinSeconds({ startDeadlineSeconds, deadlineSeconds }: ModelTimes): number {
  return Math.min(Math.max(startDeadlineSeconds, RESTART_SECONDS), deadlineSeconds * 0.7);
}

/**
 * The times of one job. A deadline the customer names moves the earlier instants forward with it, so that a job is
 * always expected, then stuck, and only then past its deadline.
 */
export function jobTimesOf(times: ModelTimes, requestedDeadlineSeconds: number | undefined): JobTimes {
  const deadlineSeconds = requestedDeadlineSeconds ?? times.deadlineSeconds;
  return {
    expectedSeconds: Math.min(times.expectedSeconds, deadlineSeconds / 2),
    stuckSeconds: Math.min(times.stuckSeconds, deadlineSeconds * 0.75),
    startDeadlineSeconds: Math.min(times.startDeadlineSeconds, deadlineSeconds * 0.7),
    deadlineSeconds,
    deadlineSetBy: deadlineSeconds < times.deadlineSeconds ? 'customer' : 'model',
  };
}
