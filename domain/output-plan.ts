import { NO_SOURCES, workMade, type MadeKind, type MadeWork, type SourceOf } from './edit.ts';
import { attemptReferenceOf, outputIdOf, reservationIdOf } from './ids.ts';
import type { JobRequest } from './job-request.ts';
import type { JobTimes } from './models.ts';
import { workItemsOf, type Price } from './quote.ts';

/** One output of a job, as it is admitted. */
export type PlannedOutput = {
  readonly outputId: string;
  readonly reservationId: string;
  readonly item: number;
  readonly variation: number;
  readonly credits: number;
  readonly work: MadeWork;
};

/** What a generation workflow needs to know of its output. No request, no price list: those stay in PostgreSQL. */
export type OutputPlan = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputId: string;
  readonly reservationId: string;
  /** Of what is made: an edit's is its source's. */
  readonly kind: MadeKind;
  readonly credits: number;
  readonly provider: string;
  readonly maxAttempts: number;
  readonly times: JobTimes;
  /** Since admission; not zero when a workflow started over. */
  readonly ageSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
};

/** One submission of one output: what activities are called with. */
export type Attempt = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputId: string;
  readonly kind: MadeKind;
  readonly provider: string;
  readonly stage: string;
  readonly number: number;
  /** Our reference at the provider: unique for ever. */
  readonly reference: string;
};

/** The only stage there is while a video is rendered in one piece. */
const ONLY_STAGE = 'render';

/** The outputs of a request, in order: items, and inside an item its variations. */
export function planOutputs(
  jobId: string,
  request: JobRequest,
  price: Price,
  sourceOf: SourceOf = NO_SOURCES,
): readonly PlannedOutput[] {
  const outputs: PlannedOutput[] = [];
  workItemsOf(request).forEach((work, item) => {
    const credits = price.lines[item]?.unit_credits ?? 0;
    for (let variation = 0; variation < (work.variations ?? 1); variation++) {
      const outputId = outputIdOf(jobId, outputs.length);
      outputs.push({
        outputId,
        reservationId: reservationIdOf(outputId),
        item,
        variation,
        credits,
        work: describeWork(workMade(work, sourceOf)),
      });
    }
  });
  return outputs;
}

/** The attempt of a number. The same output, stage and number is the same attempt, whoever makes it. */
export function attemptOf(plan: OutputPlan, number: number): Attempt {
  return {
    accountId: plan.accountId,
    jobId: plan.jobId,
    outputId: plan.outputId,
    kind: plan.kind,
    provider: plan.provider,
    stage: ONLY_STAGE,
    number,
    reference: attemptReferenceOf({ outputId: plan.outputId, stage: ONLY_STAGE, number }),
  };
}

/** What a model is given: the work alone, without who asked, what was agreed or how many. */
function describeWork(work: MadeWork): MadeWork {
  return {
    kind: work.kind,
    model: work.model,
    brief: work.brief,
    duration_seconds: work.duration_seconds,
    quality: work.quality,
    source_output_id: work.source_output_id,
    instruction: work.instruction,
    test_scenario: work.test_scenario,
  };
}
