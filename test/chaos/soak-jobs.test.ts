import { expect, test } from 'vitest';
import { soakJobs } from '../soak/jobs/soak-jobs.ts';

test('a hundred mixed jobs, with worker and API killed at random, all end, and every credit is accounted for', async () => {
  const report = await soakJobs({ count: 100, seed: 1, progress: () => undefined });
  expect(report.checks.filter((check) => check.violations > 0)).toEqual([]);
  expect(report.jobs).toBe(100);
  expect(report.kills['worker']).toBeGreaterThan(0);
});
