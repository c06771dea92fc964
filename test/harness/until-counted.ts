import { expect, vi } from 'vitest';
import { countReport } from '../../ledger/count-report.ts';
import type { Database } from '../../ledger/database.ts';

/** Counts the journal up to now for the report: once no transaction of any test that began before is left on the server. */
export async function untilCounted(database: Database): Promise<void> {
  await vi.waitFor(async () => expect(await countReport(database)).toBe('counted'), {
    timeout: 20_000,
    interval: 20,
  });
}
