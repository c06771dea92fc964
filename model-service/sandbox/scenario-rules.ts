import type { TestScenario } from '../../domain/work/job-request.ts';
import type { PredictionInput } from '../predictions/prediction-request.ts';

/** How a submission is answered. `…_once` looks at whether this output was refused before. */
export type SubmitRule =
  | 'accept'
  | 'accept_and_drop_connection'
  | 'refuse_failed_before_start'
  | 'refuse_moderated'
  | 'refuse_unavailable_once'
  | 'refuse_rate_limited_once';

/** What becomes of a job that was accepted. */
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
  /** The one stage of a film at which it is played: a fault of a submission at the first stage, a fault of a result at the last. */
  readonly at: 'first' | 'last';
  readonly submit: SubmitRule;
  readonly run: RunRule;
  /** False: a look-up by reference is 503 forever and no webhook tells of it, so the outcome stays unknown. */
  readonly canLookUp: boolean;
  /** True: links are born expired until one was followed. */
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

/** The test scenarios of docs/http-api.md, from the service's side. */
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

/** The rule for work of this kind. The stages of a film at which its scenario is not played succeed. */
export function scenarioRuleOf({ test_scenario: scenario, stage }: PredictionInput): ScenarioRule {
  const rule = RULES[scenario ?? 'ok'];
  return stage === undefined || stage.name === STAGE_OF[rule.at] ? rule : OK;
}

/** The run rules that a test may ask for by reference (`POST /v1/faults`). */
export const FAULTS = [
  'fail',
  'fail_interrupted',
  'succeed_empty',
  'succeed_with_garbage',
  'never_finish',
] as const;

/** Faults that wait for the submission they are meant for, by its reference. */
export type SandboxFaults = Map<string, (typeof FAULTS)[number]>;
