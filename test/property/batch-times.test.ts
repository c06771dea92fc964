import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BATCH_WINDOW,
  batchTimesOf,
  jobTimesOf,
  outputTimesOf,
  type ModelTimes,
} from '../../domain/work/models.ts';
import { LOCAL_RENDER } from '../harness/superscale.ts';

const timesOf = (kind: 'static_ad' | 'video_ad'): ModelTimes => {
  const times = LOCAL_RENDER.makes[kind]?.times;
  if (times === undefined) throw new Error(`no times for ${kind}`);
  return times;
};
const STATIC = timesOf('static_ad');
const VIDEO = timesOf('video_ad');
const outputs = fc.array(fc.constantFrom(STATIC, VIDEO), { minLength: 1, maxLength: 500 });
const deadline = fc.integer({ min: 3, max: 3_600 });
const roundsOf = (times: readonly ModelTimes[]) => Math.ceil(times.length / BATCH_WINDOW);
const slowestOf = (times: readonly ModelTimes[]) => Math.max(...times.map((own) => own.deadlineSeconds));

describe('the times of a job with several outputs', () => {
  it('are those of its output, when it has one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(STATIC, VIDEO),
        fc.option(deadline, { nil: undefined }),
        (times, requested) => {
          const { expectedSeconds, deadlineSeconds } = jobTimesOf(times, requested);
          expect(batchTimesOf([times], requested)).toEqual({ expectedSeconds, deadlineSeconds });
        },
      ),
    );
  });

  it('leave each round of the window as long as its slowest output may take', () => {
    fc.assert(
      fc.property(outputs, (times) => {
        const { deadlineSeconds } = batchTimesOf(times, undefined);
        expect(deadlineSeconds).toBe(roundsOf(times) * slowestOf(times));
      }),
    );
  });

  it('give every output the deadline that the customer names, and each its turn', () => {
    fc.assert(
      fc.property(outputs, deadline, (times, requested) => {
        const { deadlineSeconds } = batchTimesOf(times, requested);
        const rounds = roundsOf(times);
        expect(deadlineSeconds).toBeGreaterThanOrEqual(rounds * requested);
        // Between two rounds what has run out of time is stopped, which takes 30 s at most; never longer than without a name.
        const atMost = rounds * requested + (rounds - 1) * 30;
        expect(deadlineSeconds).toBeLessThanOrEqual(atMost);
        if (requested < slowestOf(times))
          expect(deadlineSeconds).toBe(Math.min(atMost, rounds * slowestOf(times)));
      }),
    );
  });
});

describe('the times of one of several outputs', () => {
  const left = fc.double({ min: 0.5, max: 10_000, noNaN: true });

  it("are its own from its start, and never go past the job's deadline, which is our fault when it is well before", () => {
    fc.assert(
      fc.property(left, deadline, (leftSeconds, deadlineSeconds) => {
        const times = outputTimesOf(STATIC, { leftSeconds, deadlineSeconds });
        const setBy = deadlineSeconds < STATIC.deadlineSeconds ? 'customer' : 'model';
        expect(times.deadlineSeconds).toBe(Math.min(leftSeconds, deadlineSeconds));
        const isLate = deadlineSeconds - leftSeconds > Math.max(1, deadlineSeconds / 10);
        expect(times.deadlineSetBy).toBe(isLate ? 'us' : setBy);
        expect(times.expectedSeconds).toBeLessThan(times.stuckSeconds);
        expect(times.stuckSeconds).toBeLessThan(times.deadlineSeconds);
      }),
    );
  });

  // Else a job of two outputs with a deadline of its own, reserved at a period's end, would carry its credits into the next one.
  it('are as the customer set them for what begins at once: some of the deadline has always passed by then', () => {
    for (const deadlineSeconds of [3, 4, 30, 600]) {
      const times = outputTimesOf(STATIC, { leftSeconds: deadlineSeconds - 0.3, deadlineSeconds });
      expect(times).toMatchObject({ deadlineSeconds: deadlineSeconds - 0.3, deadlineSetBy: 'customer' });
    }
  });
});
