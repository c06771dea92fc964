import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';

/** The position of an account's clock. */
export type AccountClock = {
  readonly now: Date;
  /** Where it is being moved to; null: it has arrived. */
  readonly target: Date | null;
};

/** The farthest that one call moves a clock: two billing periods. */
export const MAX_CLOCK_MONTHS = 2;

type AskedClock =
  | ({ readonly outcome: 'asked' | 'there' | 'advancing' } & AccountClock)
  | {
      readonly outcome: 'account_not_found' | 'live_account' | 'in_the_past' | 'too_far';
      readonly now: Date;
    };

type Row = { outcome: AskedClock['outcome']; now: Date; target: Date | null };

/**
 * Asks for a test account's clock to be moved to an instant; a repeat is the same request. What falls due is done in
 * steps.
 */
export async function askClock(
  database: Database,
  asked: { readonly accountId: string; readonly target: Date; readonly actor: string },
): Promise<AskedClock> {
  const { rows } = await database.query<Row>({
    name: 'ledger.ask_clock',
    text: 'SELECT outcome, now, target FROM ledger.ask_clock($1, $2, $3, $4)',
    values: [asked.accountId, asked.target, MAX_CLOCK_MONTHS, asked.actor],
  });
  const { outcome, now, target } = onlyRow(rows, 'ledger.ask_clock');
  return outcome === 'asked' || outcome === 'there' || outcome === 'advancing'
    ? { outcome, now, target }
    : { outcome, now };
}

/** Reads the clock of any account; null: there is none. */
export async function readClock(
  database: Database,
  accountId: string,
): Promise<(AccountClock & { readonly ahead: string }) | null> {
  const { rows } = await database.query<{ now: Date; target: Date | null; ahead: string }>({
    name: 'ledger.read_clock',
    text: 'SELECT now, target, ahead FROM ledger.read_clock($1)',
    values: [accountId],
  });
  return rows[0] ?? null;
}

/** An account's present, by its own clock; the machine's where there is no such account. */
export async function readNow(database: Database, accountId: string): Promise<Date> {
  return (await readClock(database, accountId))?.now ?? new Date();
}

/**
 * Moves a clock to the next instant at which something falls due, or to its target. Returns false when it has arrived.
 * What is due is done before the next step, so that it happens in order.
 * @param ahead as read before that was done: if another call has moved the clock since, it stays.
 * @param overdueSeconds how long past return_by credits return by themselves.
 */
export async function stepClock(
  database: Database,
  accountId: string,
  { ahead, overdueSeconds }: { readonly ahead: string; readonly overdueSeconds: number },
): Promise<boolean> {
  const { rows } = await database.query<{ moved: boolean }>({
    name: 'ledger.step_clock',
    text: 'SELECT ledger.step_clock($1, $2, $3) AS moved',
    values: [accountId, ahead, overdueSeconds],
  });
  return onlyRow(rows, 'ledger.step_clock').moved;
}

/** A page of test accounts whose clock is ahead of the machine's, or moving, in the order of their ids. */
export async function readMovedClocks(
  database: Database,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await database.query<{ account_id: string }>({
    name: 'ledger.read_moved_clocks',
    text: 'SELECT account_id FROM ledger.read_moved_clocks($1, $2) AS account_id',
    values: [page.after, page.limit],
  });
  return rows.map((row) => row.account_id);
}
