import { describe, expect, it } from 'vitest';
import { answersOf, billedCostOf, type AnsweredOutput } from '../../domain/support/job-answers.ts';
import { possibleCommandsOf } from '../../domain/support/possible-commands.ts';

const RETURN_BY = '2026-11-30T14:32:10.000Z';
const OPEN = { amount: 35, committed: 0, released: 0, refunded: 0, state: 'open' } as const;
const ATTEMPT = {
  ...{ state: 'accepted', provider: 'fal', error_class: null, sha256: null },
  ...{ billed: null, cost: '0.04' },
} as const;
const RUNNING: AnsweredOutput = { state: 'running', reservation: OPEN, attempts: [ATTEMPT] };
const DELIVERED: AnsweredOutput = {
  state: 'succeeded',
  reservation: { ...OPEN, state: 'committed', committed: 35 },
  attempts: [{ ...ATTEMPT, state: 'collected', sha256: 'a' }],
};
const RETURNED: AnsweredOutput = {
  state: 'failed',
  reservation: { ...OPEN, state: 'released', released: 35 },
  attempts: [{ ...ATTEMPT, state: 'failed', error_class: 'provider_failed' }],
};

const answers = (...outputs: readonly AnsweredOutput[]) => answersOf(outputs, RETURN_BY);

describe('the answer about a job', () => {
  it('under way says what is reserved, and until when', () => {
    expect(answers(RUNNING)).toEqual({
      charged: 'No: 35 credits are reserved. What is not delivered by 30 Nov 2026, 14:32 UTC is returned.',
      output: 'Not yet: 1 output is under way.',
      tried: '1 attempt at fal: it runs.',
    });
  });

  it('that has ended says what was charged, returned and refunded', () => {
    expect(answers(DELIVERED)).toEqual({
      charged: 'Yes: 35 credits.',
      output: 'Yes: it was delivered.',
      tried: '1 attempt at fal: it delivered its result.',
    });
    expect(answers(RETURNED)).toEqual({
      charged: 'No: all 35 credits have been returned.',
      output: 'No: nothing was delivered.',
      tried: '1 attempt at fal: it failed (provider failed).',
    });
    const refunded = { ...DELIVERED, reservation: { ...DELIVERED.reservation, refunded: 35 } };
    expect(answers(refunded).charged).toBe('Yes: 35 credits, all refunded since.');
    expect(answers(DELIVERED, RETURNED, RUNNING)).toEqual({
      charged: 'Yes: 35 credits, 35 credits returned uncharged, 35 credits still reserved.',
      output: 'Partly: 1 of 3 outputs was delivered, and 1 is under way.',
      tried: '3 attempts at fal; the last one runs.',
    });
  });

  it('names a result that was not charged, no attempt, and a job that is free', () => {
    const late = { ...RETURNED, attempts: [{ ...ATTEMPT, state: 'replaced', sha256: 'a' }] };
    expect(answers(late).output).toBe(
      'No: nothing was delivered. 1 result came uncharged, and is kept for support.',
    );
    expect(answers({ ...RUNNING, attempts: [] }).tried).toBe(
      'Nothing yet: no attempt was made at any provider.',
    );
    const free = { ...DELIVERED, reservation: { ...DELIVERED.reservation, amount: 0, committed: 0 } };
    expect(answers(free).charged).toBe('No: this job is free.');
  });
});

it('the cost of a job is the exact sum of what its billed attempts cost; of none that is known it is null', () => {
  const outputWith = (...attempts: readonly Partial<AnsweredOutput['attempts'][number]>[]) => ({
    attempts: attempts.map((attempt) => ({ ...ATTEMPT, ...attempt })),
  });
  const billed = { billed: 'yes', cost: '0.1' } as const;
  const notBilled = [{ billed: 'no' }, { billed: 'unknown' }, { billed: null }] as const;
  expect(billedCostOf([outputWith(billed, ...notBilled), outputWith({ ...billed, cost: '0.2' })])).toBe(
    '0.30',
  );
  expect(billedCostOf([outputWith(...notBilled, { billed: 'yes', cost: null }), outputWith()])).toBeNull();
});

describe('the commands that are possible for a job', () => {
  const withState = (one: AnsweredOutput, state: string) => ({
    id: 'out_1',
    reservation: one.reservation,
    attempts: [{ reference: 'att_1', state }],
  });
  const namesOf = (...args: Parameters<typeof possibleCommandsOf>) =>
    possibleCommandsOf(...args).map(({ command }) => command);

  it('follow from its reservation, its charge and the state of its attempts', () => {
    expect(possibleCommandsOf([withState(RUNNING, 'accepted')], true)).toEqual([
      { command: 'extend', attempt: null, output_ids: [] },
      { command: 'restart', attempt: 'att_1', output_ids: [] },
      { command: 'release', attempt: null, output_ids: [] },
    ]);
    expect(namesOf([withState(RUNNING, 'unknown')], true)).toEqual(['extend', 'resolve', 'release']);
    expect(namesOf([withState(RUNNING, 'accepted')], false)).toEqual(['release']);
    expect(namesOf([withState(DELIVERED, 'collected')], false)).toEqual(['refund']);
    expect(namesOf([withState(RETURNED, 'failed')], false)).toEqual([]);
  });

  it('a refund names the outputs that it can be limited to: those with a charge that was not refunded', () => {
    const refunded = { ...DELIVERED, reservation: { ...DELIVERED.reservation, refunded: 35 } };
    const outputs = [refunded, DELIVERED, RETURNED].map((one, index) => ({
      ...withState(one, 'collected'),
      id: `out_${String(index)}`,
    }));
    expect(possibleCommandsOf(outputs, false)).toEqual([
      { command: 'refund', attempt: null, output_ids: ['out_1'] },
    ]);
  });
});
