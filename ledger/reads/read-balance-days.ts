import { z } from 'zod';
import type { BalanceDay } from '../../contract/shapes/history-shapes.ts';
import { toCredits } from '../../domain/credits/credits.ts';
import { GRANT_SOURCES } from '../../domain/credits/grant-rules.ts';
import { daysBetween } from '../../domain/month.ts';
import type { Database } from '../database.ts';
import { onlyRow } from '../only-row.ts';

const amounts = z.strictObject({ source: z.enum(GRANT_SOURCES), available: z.int(), reserved: z.int() });
const stored = z.strictObject({
  now: z.string(),
  held: z.array(amounts),
  moved: z.array(amounts.extend({ day: z.iso.date() })),
});

/**
 * An account's credits at the end of each day (UTC, by its clock) since an instant, by source, oldest first; today:
 * now. A source without credits on a day has no line.
 */
export async function readBalanceDays(
  database: Database,
  accountId: string,
  from: Date,
): Promise<readonly BalanceDay[]> {
  const { rows } = await database.query<{ days: unknown }>({
    name: 'ledger.read_balance_days',
    text: 'SELECT ledger.read_balance_days($1, $2) AS days',
    values: [accountId, from.toISOString()],
  });
  const { now, held, moved } = stored.parse(onlyRow(rows, 'ledger.read_balance_days').days);
  const newestFirst = [...daysBetween(from, new Date(now))].reverse();
  const lines = GRANT_SOURCES.flatMap((source) => {
    const have = held.find((one) => one.source === source);
    let [available, reserved] = [have?.available ?? 0, have?.reserved ?? 0];
    return newestFirst.map((day) => {
      const line = { day, source, available: toCredits(available), reserved: toCredits(reserved) };
      const change = moved.find((one) => one.source === source && one.day === day);
      available -= change?.available ?? 0;
      reserved -= change?.reserved ?? 0;
      return line;
    });
  });
  return lines
    .filter(({ available, reserved }) => available + reserved > 0)
    .sort((one, other) => one.day.localeCompare(other.day));
}
