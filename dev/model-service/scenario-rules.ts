import type { TestScenario } from '../../domain/job-request.ts';

/** How a submission is answered. `…_once` looks at whether this output was refused before. */
export type SubmitRule =
  | 'accept'
  | 'accept_and_drop_connection'
  | 'refuse_capacity'
  | 'refuse_moderated'
  | 'refuse_unavailable_once'
  | 'refuse_rate_limited_once';

/** What becomes of a job that was accepted. */
export type RunRule =
  | 'succeed'
  | 'succeed_slowly'
  | 'fail'
  | 'fail_moderated'
  | 'succeed_empty'
  | 'succeed_with_garbage'
  | 'never_start'
  | 'never_finish';

export type ScenarioRule = {
  readonly submit: SubmitRule;
  readonly run: RunRule;
  /** False: a look-up by reference is answered 503 for ever, so nobody can tell. */
  readonly canLookUp: boolean;
  /** True: links are born expired until one was followed. */
  readonly expiresFirstLink: boolean;
};

const OK: ScenarioRule = { submit: 'accept', run: 'succeed', canLookUp: true, expiresFirstLink: false };

/** http-api.md, "Test scenarios", from the service's side. */
const RULES: Readonly<Record<TestScenario, ScenarioRule>> = {
  ok: OK,
  slow: { ...OK, run: 'succeed_slowly' },
  fails_before_start: { ...OK, submit: 'refuse_capacity' },
  fails_after_start: { ...OK, run: 'fail' },
  moderated_input: { ...OK, submit: 'refuse_moderated' },
  moderated_output: { ...OK, run: 'fail_moderated' },
  zero_outputs: { ...OK, run: 'succeed_empty' },
  bad_content: { ...OK, run: 'succeed_with_garbage' },
  never_starts: { ...OK, run: 'never_start' },
  never_finishes: { ...OK, run: 'never_finish' },
  unknown_outcome: { ...OK, submit: 'accept_and_drop_connection' },
  unknown_outcome_lost: { ...OK, submit: 'accept_and_drop_connection', canLookUp: false },
  unavailable_once: { ...OK, submit: 'refuse_unavailable_once' },
  rate_limited_once: { ...OK, submit: 'refuse_rate_limited_once' },
  expired_link_once: { ...OK, expiresFirstLink: true },
};

export function scenarioRuleOf(scenario: TestScenario | undefined): ScenarioRule {
  return RULES[scenario ?? 'ok'];
}
