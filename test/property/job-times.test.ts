import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBroughtForward, jobTimesOf } from '../../domain/work/models.ts';
import { LOCAL_RENDER } from '../harness/superscale.ts';

const kinds = ['static_ad', 'video_ad'] as const;
const deadline = fc.option(
  fc.integer({ min: LOCAL_RENDER.minDeadlineSeconds, max: LOCAL_RENDER.maxDeadlineSeconds }),
  { nil: undefined },
);

function timesOf(kind: (typeof kinds)[number]) {
  const times = LOCAL_RENDER.makes[kind]?.times;
  if (times === undefined) throw new Error(`the default model has no times for ${kind}`);
  return times;
}

test('a job is expected, then must have begun, then is stuck, and only then past its deadline', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), deadline, (kind, seconds) => {
      const times = jobTimesOf(timesOf(kind), seconds);
      expect(times.expectedSeconds).toBeGreaterThan(0);
      expect(times.expectedSeconds).toBeLessThanOrEqual(times.startDeadlineSeconds);
      expect(times.startDeadlineSeconds).toBeLessThanOrEqual(times.stuckSeconds);
      expect(times.stuckSeconds).toBeLessThan(times.deadlineSeconds);
    }),
  );
});

test('a later deadline never brings an earlier instant forward', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), deadline, deadline, (kind, one = 900, other = 900) => {
      const [sooner, later] = [Math.min(one, other), Math.max(one, other)].map((s) =>
        jobTimesOf(timesOf(kind), s),
      );
      expect(sooner?.stuckSeconds).toBeLessThanOrEqual(later?.stuckSeconds ?? 0);
      expect(sooner?.startDeadlineSeconds).toBeLessThanOrEqual(later?.startDeadlineSeconds ?? 0);
    }),
  );
});

test('a deadline is the customer’s only when it is shorter than the model’s own', () => {
  for (const kind of kinds) {
    const own = timesOf(kind).deadlineSeconds;
    expect(jobTimesOf(timesOf(kind), own - 1).deadlineSetBy).toBe('customer');
    expect(jobTimesOf(timesOf(kind), own).deadlineSetBy).toBe('model');
    expect(jobTimesOf(timesOf(kind), undefined).deadlineSetBy).toBe('model');
  }
});

test('an instant is brought forward by the customer where their deadline makes it come before the model’s own', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), deadline, (kind, seconds) => {
      const own = timesOf(kind);
      const times = jobTimesOf(own, seconds);
      for (const instant of ['startDeadlineSeconds', 'stuckSeconds'] as const) {
        if (times[instant] < own[instant]) expect(isBroughtForward(times, instant)).toBe(true);
        // Well past it nothing is moved; in between both come at the same moment.
        else if ((seconds ?? Infinity) > 1.5 * own[instant])
          expect(isBroughtForward(times, instant)).toBe(false);
      }
    }),
  );
});
