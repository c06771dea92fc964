import { z } from 'zod';
import type { Database } from '../../ledger/database.ts';

/** A line of a service's bill. */
export type BillLine = {
  /** The bill's own id of the line: each is imported once. */
  readonly line: string;
  /** The service's run id, or our reference of the attempt. */
  readonly id: string;
  /** In US dollars. */
  readonly cost: string;
};

const imported = z.strictObject({
  imported: z.int(),
  known: z.int(),
  unknown: z.array(z.string()),
  changed: z.array(z.string()),
});

/** The result of an import: new lines, lines imported before, ids of no attempt, and lines that have changed. */
export type ImportedBill = z.output<typeof imported>;

/** Imports lines of a bill, all or none: if one has changed since it was imported, none is. */
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
