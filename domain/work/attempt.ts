import { attemptReferenceOf } from '../ids.ts';
import type { Dimensions } from '../media-types.ts';
import type { CostRule } from '../prices/run-cost.ts';
import { reachWithinSeconds } from './models.ts';
import { stagesOf, type Fallback, type OutputPlan } from './output-plan.ts';
import {
  isFinalStage,
  partNameOf,
  partProgressOf,
  type PartProgress,
  type StageName,
  type StagePart,
} from './stages.ts';

/** One submission of one part of one output: the argument of activities. */
export type Attempt = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputId: string;
  readonly provider: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** The model that has taken over; absent: the work's own. */
  readonly takenOverBy?: string;
  /** The name of the part: `render`, `scenes_2`. */
  readonly stage: string;
  readonly number: number;
  /** Our reference at the provider: unique forever. */
  readonly reference: string;
  /** The result's media type. */
  readonly mediaType: string;
  /** The result's length, if one was asked for. */
  readonly durationSeconds?: number;
  /** The result's dimensions, if they are known. */
  readonly dimensions?: Dimensions;
  /** Its result is the output's. */
  readonly isFinal: boolean;
  /** How long a provider that takes no submission is tried. Seconds. */
  readonly reachWithinSeconds: number;
  /** The cost of the call; absent: not known. */
  readonly cost?: CostRule;
  /** The most that all attempts of its output may cost us, in US dollars. */
  readonly maxCost?: string;
  /** The part of a pipeline; null: one call makes the output. */
  readonly part: AttemptPart | null;
};

type AttemptPart = {
  readonly name: StageName;
  readonly index: number;
  readonly needs: readonly StageName[];
  readonly progress: PartProgress;
};

/** The attempt of a number at a part. The same output, part and number give the same attempt in every worker. */
export function attemptOf(
  plan: OutputPlan,
  number: number,
  part: StagePart = finalPartOf(plan),
  takenOverBy?: Fallback,
): Attempt {
  const { stage } = takenOverBy === undefined ? part : partBy(takenOverBy, part);
  const stages = stagesOf(plan);
  const isFinal = isFinalStage(stages, stage);
  const { dimensions = isFinal ? (takenOverBy ?? plan).dimensions : undefined } = stage;
  const progress = partProgressOf(stages, stage);
  return {
    accountId: plan.accountId,
    jobId: plan.jobId,
    outputId: plan.outputId,
    provider: stage.provider,
    model: stage.model,
    ...(takenOverBy === undefined ? {} : { takenOverBy: takenOverBy.name }),
    stage: partNameOf(part),
    number,
    reference: attemptReferenceOf({ ...plan, stage: partNameOf(part), number }),
    mediaType: stage.mediaType,
    ...(isFinal && plan.durationSeconds !== undefined ? { durationSeconds: plan.durationSeconds } : {}),
    ...(dimensions === undefined ? {} : { dimensions }),
    isFinal,
    reachWithinSeconds: reachWithinSeconds(plan.times, hasNextModel(plan, takenOverBy)),
    ...(stage.cost === undefined ? {} : { cost: stage.cost }),
    ...(plan.maxCost === undefined ? {} : { maxCost: plan.maxCost }),
    part: progress === null ? null : { name: stage.name, index: part.part, needs: stage.needs, progress },
  };
}

/** Whether another model may take over from this one. */
function hasNextModel({ fallbacks }: OutputPlan, takenOverBy?: Fallback): boolean {
  return fallbacks !== undefined && fallbacks.at(-1)?.name !== takenOverBy?.name;
}

function finalPartOf(plan: OutputPlan): StagePart {
  const stages = stagesOf(plan);
  return { stage: stages.at(-1) ?? stages[0], part: 1 };
}

/** A part, with the fallback's call. */
function partBy({ provider, model, mediaType, cost }: Fallback, { stage, part }: StagePart): StagePart {
  const { cost: _ofAnother, ...rest } = stage;
  return { part, stage: { ...rest, provider, model, mediaType, ...(cost === undefined ? {} : { cost }) } };
}
