import { describe, expect, it } from 'vitest';
import { pollResultOf } from '../../../activities/providers/generic/generic-job.ts';
import { describeProviderContract } from './provider-contract.ts';
import { describeDeclaredResults } from './result-contract.ts';
import { GENERIC, LOCAL } from './subjects.ts';

describe.each([GENERIC, LOCAL])('the $name adapter', (subject) => {
  describeProviderContract(subject);
  describeDeclaredResults(subject);
});

describe('a waiting job', () => {
  it('is polled less often the longer its queue is', () => {
    const polledAt = (queuePosition: number) =>
      pollResultOf({ id: 'pred_1', status: 'starting', queue_position: queuePosition }).retryAfterMs;
    expect([0, 50, 9_000].map(polledAt)).toEqual([200, 1_200, 5_000]);
  });
});

describe('a failed job', () => {
  it.each([
    ['moderated_input', 'moderated_input'],
    ['moderated_output', 'moderated_output'],
    ['bad_input', 'bad_input'],
    ['interrupted', 'interrupted'],
    ['a_new_code', 'retry_same_job'],
  ])('with the code %s has the error class %s', (code, errorClass) => {
    expect(pollResultOf({ id: 'pred_1', status: 'failed', error: { code } })).toMatchObject({ errorClass });
  });
});
