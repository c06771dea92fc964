import { expect, test } from 'vitest';
import { createProgressReporter } from '../../activities/attempts/report-progress.ts';
import type { Progress } from '../../contract/shapes/job-shapes.ts';
import type { Attempt } from '../../domain/work/attempt.ts';

const ATTEMPT = { accountId: 'a', jobId: 'j', part: null } as Attempt;

function reporter() {
  const recorded: Progress[] = [];
  let nowMs = 1_000_000;
  const report = createProgressReporter(
    {
      record: (_accountId, _jobId, progress) =>
        Promise.resolve(recorded.push(progress)).then(() => undefined),
      recordPart: () => Promise.reject(new Error('it is no part')),
    },
    ATTEMPT,
    () => nowMs,
  );
  return { recorded, report, pass: (ms: number) => (nowMs += ms) };
}

const step = (number: number): Progress => ({
  ...{ stage: `step ${String(number)}`, fraction: null, queue_position: null },
});

test('a service that names another step in every poll for an hour makes 410 events at most, the last of them near the end', async () => {
  const { recorded, report, pass } = reporter();
  for (let poll = 0; poll < 18_000; poll++) {
    await report(step(poll));
    pass(200);
  }
  expect(recorded.length).toBeGreaterThan(350);
  expect(recorded.length).toBeLessThanOrEqual(50 + 360);
  expect(Number(recorded.at(-1)?.stage?.slice(5))).toBeGreaterThan(17_900);
});

test('a service with few steps has every one recorded at once', async () => {
  const { recorded, report } = reporter();
  for (let position = 20; position > 0; position--)
    await report({ stage: null, fraction: null, queue_position: position });
  for (let quarter = 0; quarter <= 4; quarter++)
    await report({ stage: 'rendering', fraction: quarter / 4, queue_position: null });
  expect(recorded).toHaveLength(25);
});
