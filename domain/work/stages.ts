import type { CostRule } from '../prices/run-cost.ts';
import type { Dimensions } from '../media-types.ts';

/**
 * How an output is made: stages of one or more parts, each part one call to a model service. A plan carries its stages:
 * a job under way keeps those it was admitted with.
 */

/** Lower-case letters and digits: `_` separates stage and part in an attempt's name. */
export type StageName = string;

export type Stage = {
  readonly name: StageName;
  /** The earlier stages whose results it needs, every part of them. */
  readonly needs: readonly StageName[];
  /** Its parts run in parallel. */
  readonly parts: number;
  /** The model that makes it, and the adapter of the service that has it. */
  readonly model: string;
  readonly provider: string;
  readonly mediaType: string;
  /** Of each of its results; absent: any, or of the last stage what the plan says. */
  readonly dimensions?: Dimensions;
  /** Its share of the whole progress, 0 … 1: about its share of the time. */
  readonly share: number;
  /** What a call costs us; absent: not known. */
  readonly cost?: CostRule;
};

/** One part of a stage: what an attempt is an attempt at. */
export type StagePart = {
  readonly stage: Stage;
  /** 1 … parts. */
  readonly part: number;
};

/** Work made in one call has one stage, of this name. */
export const ONLY_STAGE: StageName = 'render';

/** The last stage, whose result the customer receives. */
export function isFinalStage(stages: readonly Stage[], stage: Stage): boolean {
  return stages.at(-1)?.name === stage.name;
}

export function partsOf(stage: Stage): readonly StagePart[] {
  return Array.from({ length: stage.parts }, (_, index) => ({ stage, part: index + 1 }));
}

/** The name of a part in an attempt row and in our reference at the provider: `script`, `scenes_2`. */
export function partNameOf({ stage, part }: StagePart): string {
  return stage.parts === 1 ? stage.name : `${stage.name}_${String(part)}`;
}

/** The share of a part in the whole: for showing how far a pipeline has come. */
export type PartProgress = {
  readonly stage: StageName;
  readonly parts: number;
  /** The shares of all stages before, and of this one. */
  readonly before: number;
  readonly share: number;
};

/** Null: made in one call, where the provider's own progress counts. */
export function partProgressOf(stages: readonly Stage[], { name, parts, share }: Stage): PartProgress | null {
  if (stages.length === 1) return null;
  const index = stages.findIndex((stage) => stage.name === name);
  const before = stages.slice(0, index).reduce((sum, stage) => sum + stage.share, 0);
  return { stage: name, parts, before, share };
}
