import { z } from 'zod';
import type { Database } from '../../ledger/database.ts';

/** A line of a service's bill. */
export type BillLine = {
  /** The bill's own name of it: imported once, however often the bill is. */
  readonly line: string;
  /** Of the run at the service, or our reference of the attempt. */
  readonly id: string;
  /** US dollars as text. */
  readonly cost: string;
};

const imported = z.strictObject({
  imported: z.int(),
  known: z.int(),
  unknown: z.array(z.string()),
  changed: z.array(z.string()),
});

/** How an import went: lines that were new, lines imported before, ids of no attempt, and lines that are not what they were. */
export type ImportedBill = z.output<typeof imported>;

/** Imports lines of a bill, all or none: where one has changed since it was imported, nothing is done. */
export async function importBill(
  database: Database,
  provider: string,
  lines: readonly BillLine[],
): Promise<ImportedBill> {
  const { rows } = await database.query<{ import_bill: unknown }>({
    name: 'jobs.import_bill',
    text: 'SELECT jobs.import_bill($1, $2)',
    values: [provider, JSON.stringify(lines)],
  });
  return imported.parse(rows[0]?.import_bill);
}
