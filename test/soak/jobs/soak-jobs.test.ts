import { expect, test } from 'vitest';
import { soakJobs } from './soak-jobs.ts';

test('a hundred mixed jobs at the services of every adapter, with worker and API killed, PostgreSQL restarted, packets dropped and workflows sabotaged at random, all end, and every credit is accounted for', async () => {
  const report = await soakJobs({
    ...{ count: 100, seed: 1, longestOutageMs: 6_000, deadlineSeconds: 30 },
    progress: () => undefined,
  });
  expect(report.checks.filter((check) => check.violations > 0)).toEqual([]);
  expect(report.jobs).toBe(100);
  // That each came back is one of the checks.
  for (const name of ['worker', 'api', 'postgres']) expect(report.kills[name], name).toBeGreaterThan(0);
  for (const runs of Object.values(report.runs_by_service)) expect(runs).toBeGreaterThan(0);
  expect(report.outages.count).toBeGreaterThan(0);
  expect(report.workflows_terminated).toBeGreaterThan(0);
  expect(report.wrong_messages['refused']).toBeGreaterThan(0);
});
