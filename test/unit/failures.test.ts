import { expect, test } from 'vitest';
import {
  expiredGrantPolicyOf,
  FAILURE_CODES,
  failureOf,
  isFailureCode,
  RETURN_GRANT_LIFETIME_HOURS,
  type Fault,
} from '../../domain/failures.ts';

/** credit-rules.md, "When credits come back", and design.md: what follows each failure. */
const TABLE: Readonly<Record<string, readonly [Fault, boolean, string]>> = {
  provider_rejected: ['provider', true, 'return_grant'],
  provider_failed: ['provider', true, 'return_grant'],
  moderated_input: ['customer', false, 'return_grant'],
  moderated_output: ['provider', true, 'return_grant'],
  zero_outputs: ['provider', true, 'return_grant'],
  bad_content: ['provider', true, 'return_grant'],
  start_deadline: ['provider', true, 'return_grant'],
  run_deadline: ['provider', true, 'return_grant'],
  outcome_unknown: ['provider', true, 'return_grant'],
  canceled: ['customer', true, 'expire'],
  terminated: ['us', true, 'return_grant'],
  asset_refused: ['customer', false, 'return_grant'],
  internal: ['us', true, 'return_grant'],
};

test('the table names every failure', () => {
  expect(Object.keys(TABLE).sort()).toEqual([...FAILURE_CODES].sort());
});

test.each(FAILURE_CODES)('%s: whose fault, whether to try again, and where expired credits go', (code) => {
  const failure = failureOf(code);
  expect([failure.at_fault, failure.retryable, expiredGrantPolicyOf(failure)]).toEqual(TABLE[code]);
  expect(failure.detail).toMatch(/^[A-Z].*\.$/);
});

test('a deadline the customer made shorter than the model’s is theirs: expired credits do not come back', () => {
  expect(expiredGrantPolicyOf(failureOf('run_deadline', 'customer'))).toBe('expire');
  expect(expiredGrantPolicyOf(failureOf('run_deadline', 'provider'))).toBe('return_grant');
});

test('a cancel of a stuck job counts as ours: expired credits come back', () => {
  expect(expiredGrantPolicyOf(failureOf('canceled', 'us'))).toBe('return_grant');
});

test('a return grant lives 72 h', () => {
  expect(RETURN_GRANT_LIFETIME_HOURS).toBe(72);
});

test('only codes of the table are failure codes', () => {
  expect([isFailureCode('canceled'), isFailureCode('cancelled'), isFailureCode('constructor')]).toEqual([
    true,
    false,
    false,
  ]);
});
