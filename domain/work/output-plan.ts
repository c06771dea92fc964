import {
  kindOf,
  resolveWork,
  withDefaults,
  type KindRules,
  type ResolvedWork,
  type SourceOf,
  hasReferenceUrls,
} from './work.ts';
import { outputIdOf, reservationIdOf } from '../ids.ts';
import type { JobRequest } from './job-request.ts';
import { dimensionsOf, type JobTimes, type Making, type Model } from './models.ts';
import type { Dimensions } from '../media-types.ts';
import type { CostRule } from '../prices/run-cost.ts';
import { workItemsOf, type Price } from '../prices/quote.ts';
import { ONLY_STAGE, type Stage } from './stages.ts';

/** A worker's death is noticed within this time, however long its jobs are. */
const MAX_HEARTBEAT_TIMEOUT_SECONDS = 60;

/** One output of a job, as it is admitted. */
export type PlannedOutput = {
  readonly outputId: string;
  readonly reservationId: string;
  readonly item: number;
  readonly variation: number;
  readonly credits: number;
  /** How long its result is kept after delivery; null: forever. */
  readonly retentionDays: number | null;
  readonly work: ResolvedWork;
};

/** The plan of a generation workflow. No request, no price list: those stay in PostgreSQL. */
export type OutputPlan = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputId: string;
  readonly reservationId: string;
  /** The kind that is made: an edit has its source's. */
  readonly kind: string;
  readonly credits: number;
  /** The length of a film or sound, if its kind has a field for it. */
  readonly durationSeconds?: number;
  /** The dimensions of a picture or film, if the model says them. */
  readonly dimensions?: Dimensions;
  readonly provider: string;
  /** The provider's name for the model. */
  readonly model: string;
  /** Of the result. */
  readonly mediaType: string;
  /** Its brief has pictures, which are fetched before anything is submitted. */
  readonly hasReferenceAssets?: true;
  /** The cost of the call, if it is known and one call makes it. */
  readonly cost?: CostRule;
  /** The most that all attempts of the output may cost us, in US dollars. Absent: no limit. */
  readonly maxCost?: string;
  /** The stages, if there is more than one call. */
  readonly stages?: readonly Stage[];
  /** Fallbacks after an attempt that provably did not run, in order; each takes over at the start deadline. Absent: none. */
  readonly fallbacks?: readonly Fallback[];
  readonly maxAttempts: number;
  readonly times: JobTimes;
  /** Since admission; not zero when a workflow started over. */
  readonly ageSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
};

/** A model that may take over, and its call. The price does not change. */
export type Fallback = {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly mediaType: string;
  readonly dimensions?: Dimensions;
  readonly cost?: CostRule;
};

/** The plan of a batch workflow. The request and the outputs' works stay in PostgreSQL. */
export type BatchPlan = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputCount: number;
  readonly deadlineSeconds: number;
  /** The customer's deadline makes its outputs stuck before the model's own times would. */
  readonly isStuckEarly?: boolean;
  /** Since admission; not zero when a workflow started over. */
  readonly ageSeconds: number;
};

/** The outputs of a request, in order: items, and inside an item its variations. */
export function planOutputs(
  jobId: string,
  request: JobRequest,
  price: Price,
  kinds: readonly KindRules[],
  sourceOf: SourceOf,
): readonly PlannedOutput[] {
  const outputs: PlannedOutput[] = [];
  workItemsOf(request).forEach((work, item) => {
    const credits = price.lines[item]?.unit_credits ?? 0;
    for (let variation = 0; variation < (work.variations ?? 1); variation++) {
      const outputId = outputIdOf(jobId, outputs.length);
      const resolved = resolveWork(work, sourceOf, kinds);
      outputs.push({
        outputId,
        reservationId: reservationIdOf(outputId),
        item,
        variation,
        credits,
        retentionDays: kindOf(kinds, resolved.kind)?.retentionDays ?? null,
        work: describeWork(resolved, kinds),
      });
    }
  });
  return outputs;
}

/** The fields of a plan that its model gives. */
type OfModel = Pick<
  OutputPlan,
  | ('kind' | 'provider' | 'model' | 'mediaType' | 'stages' | 'fallbacks')
  | ('maxAttempts' | 'cost' | 'maxCost')
>;

/** Makes the plan of an output's workflow. */
export function planOutput({
  work,
  model,
  making,
  kinds,
  fallbacks = [],
  ...output
}: Omit<OutputPlan, keyof OfModel | 'durationSeconds' | 'dimensions' | 'hasReferenceAssets'> & {
  readonly work: ResolvedWork;
  readonly model: Model;
  /** How the model makes this kind. */
  readonly making: Making;
  readonly kinds: readonly KindRules[];
  /** Models that may take over: see fallbacksOf. */
  readonly fallbacks?: readonly Model[];
}): OutputPlan {
  const kind = kindOf(kinds, work.kind);
  const asked = withDefaults(work, kind);
  const durationSeconds = kind?.durationField ? asked[kind.durationField] : undefined;
  const dimensions = dimensionsOf(making.dimensions, asked);
  return {
    accountId: output.accountId,
    jobId: output.jobId,
    outputId: output.outputId,
    reservationId: output.reservationId,
    kind: work.kind,
    credits: output.credits,
    ...(typeof durationSeconds === 'number' ? { durationSeconds } : {}),
    ...(dimensions === undefined ? {} : { dimensions }),
    provider: model.provider,
    model: model.remoteId,
    mediaType: making.mediaType,
    ...(making.stages === null ? {} : { stages: making.stages }),
    ...(making.stages === null && model.cost !== null ? { cost: model.cost } : {}),
    ...(hasReferenceUrls(work) ? { hasReferenceAssets: true as const } : {}),
    ...(fallbacks.length === 0 ? {} : { fallbacks: fallbacks.map((one) => fallbackOf(one, asked, making)) }),
    maxAttempts: model.maxAttempts,
    maxCost: model.maxCost,
    times: output.times,
    ageSeconds: output.ageSeconds,
    heartbeatTimeoutSeconds: heartbeatTimeoutOf(output.heartbeatTimeoutSeconds, output.times),
  };
}

/**
 * A worker's death is noticed within a tenth of the expected time. Long runs heartbeat seldom, since each heartbeat is
 * a write at the server.
 */
function heartbeatTimeoutOf(shortestSeconds: number, { expectedSeconds }: JobTimes): number {
  return Math.max(shortestSeconds, Math.min(MAX_HEARTBEAT_TIMEOUT_SECONDS, Math.round(expectedSeconds / 10)));
}

function fallbackOf(
  { name, provider, remoteId, makes, cost }: Model,
  asked: ResolvedWork,
  making: Making,
): Fallback {
  const { mediaType, dimensions: rule } = makes[asked.kind] ?? making;
  const dimensions = dimensionsOf(rule, asked);
  return {
    ...{ name, provider, model: remoteId, mediaType },
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(cost === null ? {} : { cost }),
  };
}

/** The stages of an output, in order. Made in one call, it has one stage of one part. */
export function stagesOf({ stages, ...plan }: OutputPlan): readonly [Stage, ...Stage[]] {
  const [first, ...rest] = stages ?? [];
  if (first !== undefined) return [first, ...rest];
  const { provider, model, mediaType, cost } = plan;
  const stage = { name: ONLY_STAGE, needs: [], parts: 1, model, provider, mediaType, share: 1 };
  return [cost === undefined ? stage : { ...stage, cost }];
}

/** The work without customer, price and number, for a model. */
function describeWork(work: ResolvedWork, kinds: readonly KindRules[]): ResolvedWork {
  const fields = kindOf(kinds, work.kind)?.fieldNames ?? [];
  return {
    kind: work.kind,
    model: work.model,
    ...Object.fromEntries(fields.map((field) => [field, work[field]])),
    source_output_id: work.source_output_id,
    instruction: work.instruction,
    test_scenario: work.test_scenario,
  };
}
