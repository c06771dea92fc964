import type { AccountMode } from '../domain/account-mode.ts';
import type { Database } from './database.ts';

/** Reads the mode of an account. One that does not exist counts as live, and is refused elsewhere. */
type ModeOf = (accountId: string) => Promise<AccountMode>;

/** An account keeps its mode, so each is read once; a bounded cache per process. */
const MAX_KNOWN = 50_000;

export function createModeOf(database: Database): ModeOf {
  const known = new Map<string, AccountMode>();
  return async (accountId) => {
    const before = known.get(accountId);
    if (before !== undefined) return before;
    const { rows } = await database.query<{ mode: AccountMode }>({
      name: 'ledger.read_mode',
      text: 'SELECT mode FROM ledger.read_account($1)',
      values: [accountId],
    });
    const mode = rows[0]?.mode;
    if (mode === undefined) return 'live';
    for (const oldest of known.keys()) {
      if (known.size < MAX_KNOWN) break;
      known.delete(oldest);
    }
    known.set(accountId, mode);
    return mode;
  };
}
