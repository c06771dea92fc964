import { expect, test } from 'vitest';
import { soakLedger } from './soak-ledger.ts';

test('a short soak of the ledger, with connections killed in mid-call, loses and doubles nothing', async () => {
  const report = await soakLedger({ operations: 5_000, seed: 1, progress: () => undefined });
  expect(report.checks.filter((check) => check.violations > 0)).toEqual([]);
  expect(report.operations).toBeGreaterThanOrEqual(5_000);
  expect(report.kills).toBeGreaterThan(0);
  expect(report.unacknowledged).toBeGreaterThan(0);
});
