import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attemptReferenceOf,
  isJobId,
  isOutputId,
  jobIdOfOutput,
  outputIdOf,
  releaseKeyOf,
  reservationIdOf,
} from '../../domain/ids.ts';
import { accountIdOf, grantIdOf, jobIdOf } from '../../contract/derived-ids.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const jobId = fc.tuple(text, text).map(([account, key]) => jobIdOf(account, key));
const index = fc.integer({ min: 0, max: 499 });
/** Underscores too: they stand between the parts of a reference. */
const stage = fc.stringMatching(/^[a-z0-9_]{1,12}$/);

/** Different things have different ids, the same thing the same. */
function expectInjective<T>(things: fc.Arbitrary<T>, idOf: (thing: T) => string): void {
  fc.assert(
    fc.property(things, things, (one, other) => {
      expect(idOf(one) === idOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
    { numRuns: 500 },
  );
}

test('a job id names its account and key: no two pairs share one, also where their texts run together', () => {
  expectInjective(fc.tuple(text, text), ([account, key]) => jobIdOf(account, key));
  expect(jobIdOf('ab', 'c')).not.toBe(jobIdOf('a', 'bc'));
});

test('ids of another kind never meet: account, job and grant of the same text differ in more than their prefix', () => {
  const stems = [jobIdOf('x', 'y'), accountIdOf('x'), grantIdOf('x', 'y', 'z')].map((id) =>
    id.replace(/^[a-z]+_/, ''),
  );
  expect(new Set(stems).size).toBe(3);
});

test('a grant id names its account, source and reference', () => {
  expectInjective(fc.tuple(text, text, text), ([account, source, reference]) =>
    grantIdOf(account, source, reference),
  );
});

test('outputs, reservations and attempts are named by their job, and lead back to it', () => {
  fc.assert(
    fc.property(jobId, index, (job, number) => {
      const output = outputIdOf(job, number);
      expect([isJobId(job), isOutputId(output)]).toEqual([true, true]);
      expect(jobIdOfOutput(output)).toBe(job);
      expect(reservationIdOf(output)).toBe(output.replace(/^out_/, 'rsv_'));
    }),
  );
});

test('an output is released by its own id, its job and its reservation', () => {
  const job = jobIdOf('a', 'b');
  expect(releaseKeyOf('acct_a', outputIdOf(job, 3))).toEqual({
    ...{ accountId: 'acct_a', jobId: job, outputId: outputIdOf(job, 3) },
    ...{ reservationId: reservationIdOf(outputIdOf(job, 3)), credits: 0 },
  });
});

test('no two attempts share a reference', () => {
  const attempt = fc.record({
    // Of one form: its words are what keeps it apart from a stage.
    accountId: fc.constantFrom('a', 'b').map(accountIdOf),
    outputId: fc
      .tuple(fc.constantFrom(jobIdOf('a', '1'), jobIdOf('a', '2')), fc.constantFrom(0, 1, 11))
      .map(([job, n]) => outputIdOf(job, n)),
    stage: fc.oneof(stage, fc.constantFrom('a', 'a_1', '1', '1_1')),
    number: fc.constantFrom(1, 11, 2),
  });
  expectInjective(attempt, attemptReferenceOf);
});

test('what is not an id of the kind is refused', () => {
  expect(() => outputIdOf('job_x', 0)).toThrow(RangeError);
  expect(() => jobIdOfOutput(jobIdOf('a', 'b'))).toThrow(RangeError);
  expect(() => reservationIdOf(jobIdOf('a', 'b'))).toThrow(RangeError);
});
