import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';

/** Where the clock of an account stands. */
export type AccountClock = {
  readonly now: Date;
  /** Where it is being moved to; null: it is there. */
  readonly target: Date | null;
};

/** How far a clock is moved by one call: two billing periods of a plan. */
export const MAX_CLOCK_MONTHS = 2;

type AskedClock =
  | ({ readonly outcome: 'asked' | 'there' | 'advancing' } & AccountClock)
  | {
      readonly outcome: 'account_not_found' | 'live_account' | 'in_the_past' | 'too_far';
      readonly now: Date;
    };

type Row = { outcome: AskedClock['outcome']; now: Date; target: Date | null };

/** Asks for the clock of a test account to be moved on to an instant. Asked again, it is the same request; what is due is done by steps. */
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

/** The clock of any account; null when there is no such account. */
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

/**
 * Moves a clock that is on its way to the next instant at which something falls due, or to its end. Returns false when there is nowhere
 * left to go. What is due there is done before the next step, so that it happens in order.
 * @param ahead as the clock was read before that was done: where another has moved it since, it stays.
 * @param overdueSeconds how long past their return_by credits return by themselves.
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

/** Test accounts whose clock is ahead of the machine's, or on its way, after one in the order of their ids. */
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
