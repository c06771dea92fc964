import type { PredictionInput } from './prediction-request.ts';
import { scenarioRuleOf, type ScenarioRule } from '../sandbox/scenario-rules.ts';

type PredictionStatus = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled';

/** A finished file: on disk under `name`, or one of the shared prepared files. */
export type ResultFile = {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
};

type PredictionError = { readonly code: string; readonly message: string };

/** How a prediction ended. `isBilled`: this service charges its own customer, whatever ours pays. */
export type PredictionEnd = {
  readonly status: 'succeeded' | 'failed' | 'canceled';
  readonly error: PredictionError | null;
  readonly files: readonly ResultFile[];
  readonly isBilled: boolean;
};

export type PredictionProgress = { readonly stage: string; readonly fraction: number };

/** An accepted submission. It never changes. */
export type PredictionOrder = {
  readonly id: string;
  readonly reference: string;
  readonly input: PredictionInput;
  /** How it runs if a test planted a fault; null: as its scenario says. */
  readonly fault: ScenarioRule['run'] | null;
  readonly webhook: string | null;
  readonly deadlineSeconds: number | null;
  readonly createdAtMs: number;
};

export type Prediction = {
  readonly order: PredictionOrder;
  isProcessing: boolean;
  progress: PredictionProgress | null;
  end: PredictionEnd | null;
  /** Scenario `expired_link_once`: links have expired already, until one of them was followed. */
  hasFollowedExpiredLink: boolean;
};

export function statusOf(prediction: Prediction): PredictionStatus {
  return prediction.end?.status ?? (prediction.isProcessing ? 'processing' : 'starting');
}

/** Returns the rule by which a prediction runs. */
export function ruleOf({ input, fault }: PredictionOrder): ScenarioRule {
  const rule = scenarioRuleOf(input);
  return fault === null ? rule : { ...rule, run: fault };
}

export function newPrediction(order: PredictionOrder): Prediction {
  return { order, isProcessing: false, progress: null, end: null, hasFollowedExpiredLink: false };
}
