import { describe, expect, it } from 'vitest';
import {
  afterRejection,
  attemptsUsedAtTakeover,
  mayBeTakenOver,
  waitBeforeNext,
} from '../../domain/work/rejections.ts';

describe('a submission that provably did not run', () => {
  it.each(['capacity', 'unavailable', 'not_found'] as const)(
    'because of %s is sent again after a wait, and uses up no attempt',
    (errorClass) => {
      expect(afterRejection(errorClass, 3, 3)).toEqual({ next: 'wait' });
    },
  );

  it('that another model has taken over is not sent again', () => {
    expect(afterRejection('taken_over', 1, 3)).toEqual({ next: 'fail', code: 'start_deadline' });
    expect(mayBeTakenOver({ outcome: 'rejected', errorClass: 'taken_over' })).toBe(true);
  });

  it('that would have cost too much ends its output, and no model takes over', () => {
    expect(afterRejection('too_costly', 1, 3)).toEqual({ next: 'fail', code: 'internal' });
    expect(mayBeTakenOver({ outcome: 'rejected', errorClass: 'too_costly' })).toBe(false);
  });

  it('leaves the model that takes over the attempts that are left, and one at least', () => {
    expect([0, 1, 2, 3, 9].map((used) => 3 - attemptsUsedAtTakeover(used, 3))).toEqual([3, 2, 1, 1, 1]);
    expect(1 - attemptsUsedAtTakeover(1, 1)).toBe(1);
  });

  it('that failed before it began uses up an attempt', () => {
    expect(afterRejection('resubmit', 2, 3)).toEqual({ next: 'resubmit' });
    expect(afterRejection('resubmit', 3, 3)).toEqual({ next: 'fail', code: 'provider_rejected' });
  });
});

describe('the wait before the next submission to a service that takes none just now', () => {
  const waitAfter = (refusals: number, sinceFirstMs: number, retryAfterMs: number | null = null) =>
    waitBeforeNext({ refusals, sinceFirstMs, retryAfterMs, withinSeconds: 60 });

  it('doubles up to half a minute', () => {
    expect([1, 2, 3, 5, 6, 40].map((refusals) => waitAfter(refusals, 0))).toEqual([
      1_000, 2_000, 4_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('is as long as Retry-After where that is longer', () => {
    expect(waitAfter(1, 0, 10_000)).toBe(10_000);
    expect(waitAfter(5, 0, 1_000)).toBe(16_000);
  });

  it('is null where it would end after the start deadline', () => {
    expect(waitAfter(5, 44_000)).toBe(16_000);
    expect(waitAfter(5, 44_001)).toBeNull();
    expect(waitAfter(1, 0, 3_600_000)).toBeNull();
  });
});
