import { expect, test } from 'vitest';
import {
  expiredGrantPolicyOf,
  FAILURE_CODES,
  failureOf,
  faultsOf,
  isFailureCode,
  RETURN_GRANT_LIFETIME_HOURS,
  type Fault,
} from '../../domain/work/failures.ts';
import { RELEASED_BY_SUPPORT } from '../../domain/support/support-rules.ts';

/** Who brings each end about (the first: as a rule), and where credits go then whose grant has expired meanwhile. */
const TABLE: Readonly<
  Record<string, { readonly retryable: boolean; readonly by: Partial<Record<Fault, string>> }>
> = {
  provider_rejected: { retryable: true, by: { provider: 'return_grant' } },
  provider_failed: { retryable: true, by: { provider: 'return_grant' } },
  moderated_input: { retryable: false, by: { customer: 'expire' } },
  moderated_output: { retryable: true, by: { provider: 'return_grant' } },
  zero_outputs: { retryable: true, by: { provider: 'return_grant' } },
  bad_content: { retryable: true, by: { provider: 'return_grant' } },
  start_deadline: { retryable: true, by: { provider: 'return_grant', customer: 'expire' } },
  run_deadline: { retryable: true, by: { provider: 'return_grant', customer: 'expire', us: 'return_grant' } },
  outcome_unknown: { retryable: true, by: { provider: 'return_grant' } },
  canceled: { retryable: true, by: { customer: 'expire', us: 'return_grant' } },
  terminated: { retryable: true, by: { us: 'return_grant' } },
  asset_refused: { retryable: false, by: { customer: 'expire' } },
  internal: { retryable: true, by: { us: 'return_grant' } },
};

test('the table of this test names every failure code', () => {
  expect(Object.keys(TABLE).sort()).toEqual([...FAILURE_CODES].sort());
});

test.each(FAILURE_CODES)('%s has its fault, its retryable and its policy for expired credits', (code) => {
  const row = TABLE[code];
  expect(faultsOf(code)).toEqual(Object.keys(row?.by ?? {}));
  expect(failureOf(code)).toMatchObject({ at_fault: faultsOf(code)[0], retryable: row?.retryable });
  for (const fault of faultsOf(code))
    expect(expiredGrantPolicyOf(failureOf(code, fault))).toBe(row?.by[fault]);
  expect(failureOf(code).detail).toMatch(/^[A-Z].*\.$/);
});

test('a failure at the fault of the customer never makes credits last longer', () => {
  for (const code of FAILURE_CODES)
    expect(expiredGrantPolicyOf(failureOf(code, 'customer')), code).toBe('expire');
});

test('a job that support released says so, and does not ask its customer to submit it again', () => {
  expect(RELEASED_BY_SUPPORT).toMatchObject({ code: 'terminated', at_fault: 'us' });
  expect(RELEASED_BY_SUPPORT.detail).toMatch(/^Support ended the job/);
  expect(RELEASED_BY_SUPPORT.detail).not.toMatch(/outside|submit/i);
});

test('a return grant lives 72 h', () => {
  expect(RETURN_GRANT_LIFETIME_HOURS).toBe(72);
});

test('a code that is not in the table is no failure code', () => {
  expect([isFailureCode('canceled'), isFailureCode('cancelled'), isFailureCode('constructor')]).toEqual([
    true,
    false,
    false,
  ]);
});
