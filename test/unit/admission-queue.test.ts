import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAdmissionQueue } from '../../api/jobs/admission-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const takes = (ms: number) => () => new Promise<string>((resolve) => setTimeout(resolve, ms, 'admitted'));

/** Submissions that come so many a second for so many seconds, each admitted in 100 ms; what became of each, with its wait. */
async function submit(perSecond: number, seconds: number) {
  const queue = createAdmissionQueue(2, Date.now);
  const outcomes: { readonly at: number; readonly isAdmitted: boolean; readonly tookMs: number }[] = [];
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const at = Date.now();
    void queue.run(takes(100)).then(
      () => outcomes.push({ at, isAdmitted: true, tookMs: Date.now() - at }),
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'unavailable', fields: { billed: 'no' } });
        outcomes.push({ at, isAdmitted: false, tookMs: Date.now() - at });
      },
    );
    await vi.advanceTimersByTimeAsync(1_000 / perSecond);
  }
  await vi.advanceTimersByTimeAsync(30_000);
  expect(outcomes).toHaveLength(perSecond * seconds);
  return outcomes;
}

it('a burst of submissions waits, and every one is admitted', async () => {
  const outcomes = await submit(100, 1);
  expect(outcomes.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(100);
});

it('an overload is admitted at the rate that can be sustained, and each response comes within 200 ms', async () => {
  const start = Date.now();
  const outcomes = await submit(60, 60);
  const late = outcomes.filter(({ at }) => at - start > 20_000);
  const admitted = late.filter(({ isAdmitted }) => isAdmitted);
  // Of 40 s at 20 a second, but for those that end at its edges.
  expect(admitted.length).toBeGreaterThan(760);
  expect(Math.max(...admitted.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(200);
  const refused = late.filter(({ isAdmitted }) => !isAdmitted);
  expect(Math.max(...refused.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(200);
});

it('an overload in which more at once are slower has fewer under way', async () => {
  const queue = createAdmissionQueue(16, Date.now);
  let running = 0;
  const took: { readonly at: number; readonly ms: number }[] = [];
  const admit = async () => {
    running += 1;
    await new Promise((resolve) => setTimeout(resolve, 50 * running));
    running -= 1;
  };
  const submit = () => {
    const at = Date.now();
    void queue.run(admit).then(
      () => took.push({ at, ms: Date.now() - at }),
      () => undefined,
    );
  };
  for (let n = 0; n < 50; n += 1) {
    submit();
    await vi.advanceTimersByTimeAsync(100);
  }
  const start = Date.now();
  for (let n = 0; n < 3_600; n += 1) {
    submit();
    await vi.advanceTimersByTimeAsync(1_000 / 60);
  }
  await vi.advanceTimersByTimeAsync(30_000);
  const late = took.filter(({ at }) => at - start > 20_000).map(({ ms }) => ms);
  expect(late.length).toBeGreaterThan(600);
  expect(Math.max(...late)).toBeLessThanOrEqual(500);
});

it('a submission after an overload is admitted at once', async () => {
  const queue = createAdmissionQueue(1, Date.now);
  const flood = Array.from({ length: 400 }, () => queue.run(takes(100)).catch(() => 'refused'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await Promise.all(flood)).toContain('refused');
  const after = queue.run(takes(100));
  await vi.advanceTimersByTimeAsync(100);
  expect(await after).toBe('admitted');
});

it('a submission beyond 500 that wait is refused', async () => {
  const queue = createAdmissionQueue(1, Date.now);
  void queue.run(takes(1_000));
  const waiting = Array.from({ length: 500 }, () => queue.run(takes(1)).catch(() => 'refused'));
  await expect(queue.run(takes(1))).rejects.toMatchObject({ code: 'unavailable' });
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(waiting);
});
