import { z } from 'zod';
import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';

/** How long a call waits for transactions that began before it: well within the statement limit. */
const SECONDS_PER_CALL = 1;
/** Calls of one run. Each counts some hours, or days with few entries; the next run does the rest. */
const CALLS_PER_RUN = 20;

const outcome = z.enum(['counted', 'behind', 'busy']);
type CountOutcome = z.output<typeof outcome>;

/**
 * Adds what has moved since the last count to the report. `behind`: there is more; `busy`: another process counts, or
 * an older transaction has not ended. Two at once count nothing twice.
 */
export async function countReport(database: Database): Promise<CountOutcome> {
  for (let call = 1; ; call++) {
    const { rows } = await database.query<{ outcome: unknown }>({
      name: 'ledger.count_report',
      text: 'SELECT ledger.count_report($1) AS outcome',
      values: [SECONDS_PER_CALL],
    });
    const said = outcome.parse(onlyRow(rows, 'ledger.count_report').outcome);
    if (said !== 'behind' || call === CALLS_PER_RUN) return said;
  }
}
