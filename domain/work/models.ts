import type { KindFields } from './job-request.ts';
import { addDollars, multiplyDollars } from '../prices/dollars.ts';
import { expectedCost, type CostRule } from '../prices/run-cost.ts';
import type { Dimensions } from '../media-types.ts';
import type { ReferenceAsset } from './reference-assets.ts';
import type { Stage } from './stages.ts';

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

/** The result of an earlier stage. Inputs name it by its SHA-256, which is replaced by the provider's name of it. */
export type StageFile = {
  readonly stage: string;
  /** 1, 2, … */
  readonly part: number;
  readonly contentType: string;
  readonly sha256: string;
  /** Its content, if it is a short text; else null. */
  readonly text: string | null;
};

/** The input of the call for one part of a stage. Pure. */
export type StageToInput = (
  work: KindFields,
  call: {
    readonly part: number;
    /** The results of the stages it needs, every part of them. */
    readonly inputs: readonly StageFile[];
    readonly references: readonly ReferenceAsset[];
  },
) => KindFields;

/** The dimensions of every result of a model, or those by the value of a field. */
export type DimensionRule =
  Dimensions | { readonly field: string; readonly sizes: Readonly<Record<string, Dimensions>> };

/** How a model makes one kind. */
export type Making = {
  readonly times: ModelTimes;
  /** The result's media type, one of those that the kind allows. */
  readonly mediaType: string;
  /** The result's dimensions; null: any. */
  readonly dimensions: DimensionRule | null;
  /** The stages; null: one call makes it. */
  readonly stages: readonly Stage[] | null;
  /** The input functions of stages that have one. */
  readonly toInputs?: Readonly<Record<string, StageToInput>>;
};

/**
 * The input of a provider's call, from the work and its pictures. Pure.
 * @param stage of a model with stages: the one that the call is for; null: the whole.
 */
export type ToInput = (
  work: KindFields,
  references: readonly ReferenceAsset[],
  stage: string | null,
) => KindFields;

export type Model = {
  readonly name: string;
  /** The provider, whose adapter runs it. */
  readonly provider: string;
  /** The provider's name of the model. */
  readonly remoteId: string;
  /** How it makes each of its kinds. */
  readonly makes: Readonly<Record<string, Making>>;
  readonly minDeadlineSeconds: number;
  readonly maxDeadlineSeconds: number;
  /** The most submissions of one part; when another may follow: rejections.ts. */
  readonly maxAttempts: number;
  /** True: it plays `test_scenario`. */
  readonly isSandbox: boolean;
  /** One sentence for the quote: what a cancel gives back. */
  readonly cancelRule: string;
  /** What a call costs us, and a stage's unless it has its own. Null: not known. */
  readonly cost: CostRule | null;
  /** The most that all attempts of one output may cost us, fallbacks included, in US dollars. */
  readonly maxCost: string;
  /** Null: the provider gets the work as it is. */
  readonly toInput: ToInput | null;
  /** Whether it gets the pictures of a brief; a request with pictures is refused otherwise. */
  readonly takesReferences: boolean;
  /** Models that may take over what this one provably did not run, in order. */
  readonly fallbacks: readonly string[];
};

/** The model of a name; undefined: there is none. */
export function modelNamed(models: readonly Model[], name: string): Model | undefined {
  return models.find((model) => model.name === name);
}

/**
 * The model of a work: the one it names, or the first that makes its kind, preferably one that this deployment can run.
 * Undefined: there is none of that name, or none makes that kind.
 */
export function modelFor(
  { models, providers }: { readonly models: readonly Model[]; readonly providers: readonly string[] },
  work: { readonly kind: string; readonly model?: string | undefined },
): Model | undefined {
  if (work.model !== undefined) return modelNamed(models, work.model);
  const makers = models.filter((model) => makingOf(model, work.kind) !== undefined);
  return makers.find((model) => isOffered(model, work.kind, providers)) ?? makers[0];
}

/** Whether a deployment with these providers can run a model for a kind, with all its stages. */
export function isOffered(model: Model, kind: string, providers: readonly string[]): boolean {
  return providersFor(model, kind).every((provider) => providers.includes(provider));
}

/** The providers that a model needs for a kind, without repeats. */
export function providersFor(model: Model, kind: string): readonly string[] {
  const stages = makingOf(model, kind)?.stages ?? [];
  return [...new Set([model.provider, ...stages.map((stage) => stage.provider)])];
}

/** A call of a service: the provider and its name of the model. */
export type ModelCall = { readonly provider: string; readonly model: string };

/** The calls by which a model makes kinds (all of its own by default), without repeats. */
export function callsOf(model: Model, kinds = Object.keys(model.makes)): readonly ModelCall[] {
  const whole = { provider: model.provider, model: model.remoteId };
  const calls = kinds.flatMap((kind): readonly ModelCall[] => makingOf(model, kind)?.stages ?? [whole]);
  return [...new Map(calls.map((call) => [`${call.provider} ${call.model}`, call])).values()].map(
    ({ provider, model: name }) => ({ provider, model: name }),
  );
}

/** The expected cost of making one of a kind, as far as it is known before, in US dollars. */
export function expectedCostOf({ cost }: Pick<Model, 'cost'>, { stages }: Pick<Making, 'stages'>): string {
  const calls = stages ?? [{ parts: 1, ...(cost === null ? {} : { cost }) }];
  return addDollars(
    calls.map((call) => multiplyDollars(expectedCost(call.cost ?? null) ?? '0', String(call.parts))),
  );
}

/** The cost rule of a call, by the first model that makes it; null: not known. */
export function costRuleOf(models: readonly Model[], { provider, model: name }: ModelCall): CostRule | null {
  for (const model of models) {
    if (model.provider === provider && model.remoteId === name && model.cost !== null) return model.cost;
    for (const { stages } of Object.values(model.makes)) {
      const stage = stages?.find((one) => one.provider === provider && one.model === name);
      if (stage?.cost !== undefined) return stage.cost;
    }
  }
  return null;
}

/**
 * The models that may take over for a kind, of those that this deployment can run, in order. Each makes it in one call.
 */
export function fallbacksOf(
  { models, providers }: { readonly models: readonly Model[]; readonly providers: readonly string[] },
  model: Model,
  kind: string,
): readonly Model[] {
  return model.fallbacks.flatMap((name) => {
    const fallback = modelNamed(models, name);
    if (fallback === undefined || !isOffered(fallback, kind, providers)) return [];
    return [model, fallback].every((one) => makingOf(one, kind)?.stages === null) ? [fallback] : [];
  });
}

/** How a model makes a kind; undefined: it does not. */
export function makingOf(model: Model, kind: string): Making | undefined {
  return Object.hasOwn(model.makes, kind) ? model.makes[kind] : undefined;
}

/** What a rule says of a work; undefined: there is no rule, or the work has none of its values. */
export function dimensionsOf(rule: DimensionRule | null, work: KindFields): Dimensions | undefined {
  if (rule === null || 'width' in rule) return rule ?? undefined;
  const value = String(work[rule.field]);
  return Object.hasOwn(rule.sizes, value) ? rule.sizes[value] : undefined;
}

/** Every instant a job watches, in seconds from admission. */
export type JobTimes = ModelTimes & {
  /**
   * Who set the run deadline, which decides the fault, and so where expired credits go. `us`: an output of several that
   * began so late that the job's deadline cuts it short.
   */
  readonly deadlineSetBy: 'model' | 'customer' | 'us';
};

/** The latest instants within a customer's deadline, as shares of it. */
const LATEST_SHARE = { expectedSeconds: 0.5, startDeadlineSeconds: 0.7, stuckSeconds: 0.75 } as const;

/** How long a model service takes to restart. */
const RESTART_SECONDS = 60;

/**
 * How long a provider that takes no submission is tried: until the start deadline. Where no other model may take over,
 * longer than a restart takes as well. Never up to the run deadline.
 */
export function reachWithinSeconds(
  { startDeadlineSeconds, deadlineSeconds }: ModelTimes,
  mayBeTakenOver: boolean,
): number {
  return Math.min(
    mayBeTakenOver ? startDeadlineSeconds : Math.max(startDeadlineSeconds, RESTART_SECONDS),
    deadlineSeconds * LATEST_SHARE.startDeadlineSeconds,
  );
}

/**
 * The times of one job. A customer's deadline moves the earlier instants forward, so that a job is always expected,
 * then stuck, and only then past its deadline.
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
 * Whether the customer's deadline brought an instant forward. What it causes is then the customer's fault: otherwise a
 * deadline of seconds, which no model can keep, would return expired credits as a new grant.
 */
export function isBroughtForward(times: JobTimes, instant: 'startDeadlineSeconds' | 'stuckSeconds'): boolean {
  return (
    times.deadlineSetBy === 'customer' && times[instant] >= times.deadlineSeconds * LATEST_SHARE[instant]
  );
}

/**
 * Outputs of one job under way at once: a batch of 500 static ads takes minutes, and does not fill a worker's activity
 * slots.
 */
export const BATCH_WINDOW = 16;

/** Between one output and the next in its place: the time that a provider has to confirm its stop (decision 0005). */
const STOP_SECONDS = 30;

/** When all outputs of a job are expected, and must be done, in seconds from admission. */
type BatchTimes = Pick<JobTimes, 'expectedSeconds' | 'deadlineSeconds'>;

/**
 * The times of a whole job: its only output's; of several, the rounds of the slowest output that the window needs. A
 * customer's deadline is each output's own, from its begin; where it is shorter than the model's, there is a pause
 * between the rounds for stopping, so that every output has its turn.
 * @param outputs the model's times of each output, at least one.
 */
export function batchTimesOf(
  outputs: readonly ModelTimes[],
  requestedDeadlineSeconds: number | undefined,
): BatchTimes {
  const rounds = Math.ceil(outputs.length / BATCH_WINDOW);
  const own = outputs.map((times) => jobTimesOf(times, requestedDeadlineSeconds));
  const slowest = (seconds: (times: JobTimes) => number) => rounds * Math.max(...own.map(seconds));
  const ofModels = rounds * Math.max(...outputs.map((times) => times.deadlineSeconds));
  const asRequested = slowest((times) => times.deadlineSeconds);
  return {
    expectedSeconds: slowest((times) => times.expectedSeconds),
    deadlineSeconds:
      asRequested < ofModels ? Math.min(ofModels, asRequested + (rounds - 1) * STOP_SECONDS) : asRequested,
  };
}

/**
 * How much of its own deadline an output may lack at its begin, in seconds or as a share, before that is our fault: its
 * workflow's first step takes a moment. Otherwise every output of a job of one round would be late by our fault.
 */
const LATE_START_SECONDS = 1;
const LATE_START_SHARE = 0.1;

/**
 * The times of one of several outputs, from its begin: its own, shortened where the job's deadline comes first.
 * @param own.deadlineSeconds the model's or the customer's.
 * @param own.leftSeconds from its begin until its credits return.
 */
export function outputTimesOf(
  times: ModelTimes,
  own: { readonly deadlineSeconds: number; readonly leftSeconds: number },
): JobTimes {
  const whole = jobTimesOf(times, own.deadlineSeconds);
  const missing = own.deadlineSeconds - own.leftSeconds;
  if (missing <= 0) return whole;
  const isOurFault = missing > Math.max(LATE_START_SECONDS, own.deadlineSeconds * LATE_START_SHARE);
  return { ...jobTimesOf(times, own.leftSeconds), deadlineSetBy: isOurFault ? 'us' : whole.deadlineSetBy };
}
