import type { KindFields } from './job-request.ts';
import { addDollars, multiplyDollars } from '../prices/dollars.ts';
import { expectedCost, type CostRule } from '../prices/run-cost.ts';
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

/** A file that an earlier stage has made. In an input its SHA-256 stands for it: what the provider calls it goes in its place. */
export type StageFile = {
  readonly stage: string;
  /** 1, 2, … */
  readonly part: number;
  readonly contentType: string;
  readonly sha256: string;
  /** What is in it, where it is a short text; else null. */
  readonly text: string | null;
};

/** What the call of one part of a stage is given, and nothing beside it. Pure. */
export type StageToInput = (
  work: KindFields,
  call: {
    readonly part: number;
    /** Of the stages that it needs, every part. */
    readonly inputs: readonly StageFile[];
    readonly references: readonly ReferenceAsset[];
  },
) => KindFields;

/** How a model makes one kind. */
export type Making = {
  readonly times: ModelTimes;
  /** Of the result; one of those that the kind allows. */
  readonly mediaType: string;
  /** When it is made in several calls; null: one call makes it. */
  readonly stages: readonly Stage[] | null;
  /** By stage, of those that make their input themselves. */
  readonly toInputs?: Readonly<Record<string, StageToInput>>;
};

/**
 * What a provider's call is given, from the work and the pictures that it refers to. Pure: the same work, the same input.
 * @param stage of a model with stages: the one that the call is for; null: the whole.
 */
export type ToInput = (
  work: KindFields,
  references: readonly ReferenceAsset[],
  stage: string | null,
) => KindFields;

export type Model = {
  readonly name: string;
  /** The adapter that runs it. */
  readonly provider: string;
  /** What the provider calls it. */
  readonly remoteId: string;
  /** By kind: what it can make. */
  readonly makes: Readonly<Record<string, Making>>;
  readonly minDeadlineSeconds: number;
  readonly maxDeadlineSeconds: number;
  /** Submissions of one part, when each earlier one may be followed by another (rejections.ts). */
  readonly maxAttempts: number;
  /** True when `test_scenario` means something to it. */
  readonly isSandbox: boolean;
  /** One sentence of the quote: what a cancel gives back. */
  readonly cancelRule: string;
  /** What a call costs us, of a stage too that says nothing else. Null: not known. */
  readonly cost: CostRule | null;
  /** What all attempts of one output may cost us, in US dollars, those of models that take over too. */
  readonly maxCost: string;
  /** Null: the provider takes the work as it is. */
  readonly toInput: ToInput | null;
  /** Whether it is shown the pictures that a brief refers to: a request with some is refused where it is not. */
  readonly takesReferences: boolean;
  /** Models, in order, that may take over what this one provably did not run. */
  readonly fallbacks: readonly string[];
};

/** The model of a name, or undefined when there is none. */
export function modelNamed(models: readonly Model[], name: string): Model | undefined {
  return models.find((model) => model.name === name);
}

/**
 * The model of a work: the one that it names, or the first that makes its kind, of those that this deployment can run if
 * there is one.
 * Undefined when none is of that name, or none makes that kind.
 */
export function modelFor(
  { models, providers }: { readonly models: readonly Model[]; readonly providers: readonly string[] },
  work: { readonly kind: string; readonly model?: string | undefined },
): Model | undefined {
  if (work.model !== undefined) return modelNamed(models, work.model);
  const makers = models.filter((model) => makingOf(model, work.kind) !== undefined);
  return makers.find((model) => isOffered(model, work.kind, providers)) ?? makers[0];
}

/** Whether a deployment with these providers can run a model for a kind: each of its stages may be of another provider. */
export function isOffered(model: Model, kind: string, providers: readonly string[]): boolean {
  return providersFor(model, kind).every((provider) => providers.includes(provider));
}

/** The providers that a model needs for a kind, each once. */
export function providersFor(model: Model, kind: string): readonly string[] {
  const stages = makingOf(model, kind)?.stages ?? [];
  return [...new Set([model.provider, ...stages.map((stage) => stage.provider)])];
}

/** One call of a service: by provider, and the provider's name of what is called. */
export type ModelCall = { readonly provider: string; readonly model: string };

/** The calls that a model makes kinds by, all of its own unless told otherwise, each once. */
export function callsOf(model: Model, kinds = Object.keys(model.makes)): readonly ModelCall[] {
  const whole = { provider: model.provider, model: model.remoteId };
  const calls = kinds.flatMap((kind): readonly ModelCall[] => makingOf(model, kind)?.stages ?? [whole]);
  return [...new Map(calls.map((call) => [`${call.provider} ${call.model}`, call])).values()].map(
    ({ provider, model: name }) => ({ provider, model: name }),
  );
}

/** What a model is expected to cost us for making one of a kind, as far as that is known before it is made. US dollars. */
export function expectedCostOf({ cost }: Pick<Model, 'cost'>, { stages }: Pick<Making, 'stages'>): string {
  const calls = stages ?? [{ parts: 1, ...(cost === null ? {} : { cost }) }];
  return addDollars(
    calls.map((call) => multiplyDollars(expectedCost(call.cost ?? null) ?? '0', String(call.parts))),
  );
}

/** What a call costs us, by the first model that makes it; null: not known. */
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

/** The models that may take over from one for a kind, of those that this deployment can run, in order. One call makes it by each. */
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

/** How a model makes a kind; undefined when it does not. */
export function makingOf(model: Model, kind: string): Making | undefined {
  return Object.hasOwn(model.makes, kind) ? model.makes[kind] : undefined;
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

/**
 * Outputs of one job under way at once. Wide enough that a batch of 500 statics takes minutes, small beside a worker's
 * activity slots, so that one account's batch never fills them.
 */
export const BATCH_WINDOW = 16;

/** Between one output and the next in its place: a provider has so long to confirm that it has stopped (0005). */
const STOP_SECONDS = 30;

/** When the outputs of a job together are expected, and by when they must be done. In seconds from admission. */
export type BatchTimes = Pick<JobTimes, 'expectedSeconds' | 'deadlineSeconds'>;

/**
 * The times of a whole job: one output's own; of several, as many rounds of the slowest as the window needs. A deadline that the
 * customer names is each output's, from its own start; where it is shorter than the model's, the rounds have time to stop between them,
 * so that every output has its turn.
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
 * What may be missing of an output's own deadline at its start, in seconds or as a share of it, before that is our fault: its workflow and
 * the first step of it take a moment. Without this every output of a job of one round would be late by us: none has the whole of it.
 */
const LATE_START_SECONDS = 1;
const LATE_START_SHARE = 0.1;

/**
 * The times of one of several outputs, from the instant it is taken up: its own, cut short where the job's deadline comes first.
 * @param own.deadlineSeconds the model's, or what the customer named.
 * @param own.leftSeconds until its credits return, when it was taken up.
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
