import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH_WINDOW, batchTimesOf, outputTimesOf } from '../../domain/batch-plan.ts';
import { DEFAULT_MODEL, jobTimesOf, type ModelTimes } from '../../domain/models.ts';

const timesOf = (kind: 'static_ad' | 'video_ad'): ModelTimes => {
  const times = DEFAULT_MODEL.times[kind];
  if (times === undefined) throw new Error(`no times for ${kind}`);
  return times;
};
const STATIC = timesOf('static_ad');
const VIDEO = timesOf('video_ad');
const outputs = fc.array(fc.constantFrom(STATIC, VIDEO), { minLength: 1, maxLength: 500 });
const deadline = fc.integer({ min: 3, max: 3_600 });

describe('the times of a job with several outputs', () => {
  it('are those of its output, when it has one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(STATIC, VIDEO),
        fc.option(deadline, { nil: undefined }),
        (times, requested) => {
          expect(batchTimesOf([times], requested)).toEqual(jobTimesOf(times, requested));
        },
      ),
    );
  });

  it('leave each round of the window as long as its slowest output may take', () => {
    fc.assert(
      fc.property(outputs, (times) => {
        const { deadlineSeconds, deadlineSetBy } = batchTimesOf(times, undefined);
        const slowest = Math.max(...times.map((own) => own.deadlineSeconds));
        expect(deadlineSeconds).toBe(Math.ceil(times.length / BATCH_WINDOW) * slowest);
        expect(deadlineSetBy).toBe('model');
      }),
    );
  });

  it("end when the customer says, and are the customer's doing when that is sooner", () => {
    fc.assert(
      fc.property(outputs, deadline, (times, requested) => {
        const own = batchTimesOf(times, undefined).deadlineSeconds;
        expect(batchTimesOf(times, requested)).toMatchObject({
          deadlineSeconds: requested,
          deadlineSetBy: requested < own ? 'customer' : 'model',
        });
      }),
    );
  });
});

describe('the times of one of several outputs', () => {
  it("are its model's, and never go past the job's deadline", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 10_000, noNaN: true }), (leftSeconds) => {
        const times = outputTimesOf(STATIC, { leftSeconds, deadlineSetBy: 'customer' });
        expect(times.deadlineSeconds).toBe(Math.min(leftSeconds, STATIC.deadlineSeconds));
        expect(times.deadlineSetBy).toBe(leftSeconds < STATIC.deadlineSeconds ? 'customer' : 'model');
        expect(times.expectedSeconds).toBeLessThan(times.stuckSeconds);
        expect(times.stuckSeconds).toBeLessThan(times.deadlineSeconds);
      }),
    );
  });
});
