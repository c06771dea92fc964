import type { TestScenario } from '../../domain/work/job-request.ts';
import type { PredictionInput } from '../predictions/prediction-request.ts';

/** How a submission is answered. `…_once` refuses only the first submission of an output. */
export type SubmitRule =
  | 'accept'
  | 'accept_and_drop_connection'
  | 'refuse_failed_before_start'
  | 'refuse_moderated'
  | 'refuse_unavailable_once'
  | 'refuse_rate_limited_once';

/** How an accepted job runs. */
type RunRule =
  | 'succeed'
  | 'succeed_slowly'
  | 'fail'
  | 'fail_interrupted'
  | 'fail_moderated'
  | 'succeed_empty'
  | 'succeed_with_garbage'
  | 'never_start'
  | 'never_finish';

export type ScenarioRule = {
  /**
   * The stage of a film at which the rule applies: the first for a fault of a submission, the last for a fault of a
   * result.
   */
  readonly at: 'first' | 'last';
  readonly submit: SubmitRule;
  readonly run: RunRule;
  /** False: a look-up by reference always responds 503 and no webhook is sent, so the outcome stays unknown. */
  readonly canLookUp: boolean;
  /** True: links have expired already, until one of them was followed. */
  readonly expiresFirstLink: boolean;
};

const OK: ScenarioRule = {
  at: 'last',
  submit: 'accept',
  run: 'succeed',
  canLookUp: true,
  expiresFirstLink: false,
};
const AT_FIRST: ScenarioRule = { ...OK, at: 'first' };

/** The test scenarios of docs/http-api.md, as this service plays them. */
const RULES: Readonly<Record<TestScenario, ScenarioRule>> = {
  ok: OK,
  slow: { ...OK, run: 'succeed_slowly' },
  fails_before_start: { ...AT_FIRST, submit: 'refuse_failed_before_start' },
  fails_after_start: { ...OK, run: 'fail' },
  moderated_input: { ...AT_FIRST, submit: 'refuse_moderated' },
  moderated_output: { ...OK, run: 'fail_moderated' },
  zero_outputs: { ...OK, run: 'succeed_empty' },
  bad_content: { ...OK, run: 'succeed_with_garbage' },
  never_starts: { ...AT_FIRST, run: 'never_start' },
  never_finishes: { ...OK, run: 'never_finish' },
  unknown_outcome: { ...AT_FIRST, submit: 'accept_and_drop_connection' },
  unknown_outcome_lost: { ...AT_FIRST, submit: 'accept_and_drop_connection', canLookUp: false },
  unavailable_once: { ...AT_FIRST, submit: 'refuse_unavailable_once' },
  rate_limited_once: { ...AT_FIRST, submit: 'refuse_rate_limited_once' },
  expired_link_once: { ...OK, expiresFirstLink: true },
};

const STAGE_OF = { first: 'script', last: 'render' } as const;

/** Returns the rule of a prediction. Stages of a film at which the rule of its scenario does not apply succeed. */
export function scenarioRuleOf({ test_scenario: scenario, stage }: PredictionInput): ScenarioRule {
  const rule = RULES[scenario ?? 'ok'];
  return stage === undefined || stage.name === STAGE_OF[rule.at] ? rule : OK;
}

/** The run rules that a test may set by reference (`POST /v1/faults`). */
export const FAULTS = [
  'fail',
  'fail_interrupted',
  'succeed_empty',
  'succeed_with_garbage',
  'never_finish',
] as const;

/** Faults of coming submissions, by reference. */
export type SandboxFaults = Map<string, (typeof FAULTS)[number]>;
