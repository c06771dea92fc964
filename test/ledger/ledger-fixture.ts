import pg from 'pg';
import { expect } from 'vitest';
import { createTestDatabase } from '../harness/test-database.ts';
import { callVerbs, type VerbItem, type VerbName } from './sql-verbs.ts';

/** Calls a verb of the ledger for each item, in one transaction; the rows, in item order. */
type RawVerb = (items: readonly object[]) => Promise<Record<string, unknown>[]>;

export type LedgerFixture = {
  /** A pool of the owner: for fixtures, and to read tables that no process may read. */
  readonly owner: pg.Pool;
  /** For sessions that need settings of their own. */
  readonly ownerUrl: string;
  /** As holdfast_worker: whatever is under test. */
  readonly worker: pg.Pool;
  readonly grant: RawVerb;
  readonly reserve: RawVerb;
  readonly settle: RawVerb;
  readonly spend: RawVerb;
  readonly refund: RawVerb;
  readonly void: RawVerb;
  /** Opens an account with one unlimited grant of so many credits (0: none), in priority 2. Returns its id. */
  readonly openAccount: (name: string, credits?: number) => Promise<string>;
  /** Freezes the ledger's clock at an instant; null lets it run again. */
  readonly setClock: (instant: Date | null) => Promise<void>;
  /** The balances of an account's hot row, in credits. */
  readonly balanceOf: (accountId: string) => Promise<Balance>;
  /** The reconcile queries of ledger and jobs; a scenario ends with none. */
  readonly expectReconciled: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Balance = {
  readonly available: number;
  readonly reserved: number;
  readonly spent: number;
  readonly expired: number;
  readonly voided: number;
};

/** Enough connections for the races: a lock holder, those who wait, and the one who looks. */
const POOL_SIZE = 24;

export async function createLedgerFixture(): Promise<LedgerFixture> {
  const database = await createTestDatabase();
  const owner = createPool(database.ownerUrl);
  const worker = createPool(database.workerUrl);
  const verb =
    (name: VerbName): RawVerb =>
    async (items) => [...(await callVerbs(owner, name, items as readonly VerbItem[]))];
  const grant = verb('grant');
  return {
    owner,
    ownerUrl: database.ownerUrl,
    worker,
    grant,
    reserve: verb('reserve'),
    settle: verb('settle'),
    spend: verb('spend'),
    refund: verb('refund'),
    void: verb('void'),
    openAccount: async (name, credits = 0) => {
      await worker.query('SELECT * FROM ledger.open_account($1, $1, $1)', [name]);
      if (credits > 0) await grant([grantItem(name, 'grant_first', credits)]);
      return name;
    },
    setClock: async (instant) => {
      await owner.query('UPDATE ledger.test_clock SET frozen_at = $1', [instant]);
    },
    balanceOf: async (accountId) => {
      const { rows } = await owner.query<Record<keyof Balance, string>>(
        'SELECT available, reserved, spent, expired, voided FROM ledger.accounts WHERE account_id = $1',
        [accountId],
      );
      const entries = Object.entries(rows[0] ?? {}).map(([bucket, amount]) => [bucket, Number(amount)]);
      return Object.fromEntries(entries) as Balance;
    },
    expectReconciled: async () => {
      const { rows } = await worker.query(
        `SELECT * FROM ledger.reconcile(1e9) UNION ALL SELECT * FROM jobs.reconcile()`,
      );
      expect(rows).toEqual([]);
    },
    close: async () => {
      await Promise.all([owner.end(), worker.end()]);
      await database.close();
    },
  };
}

export function grantItem(accountId: string, grantId: string, amount: unknown, other: object = {}): object {
  return {
    account_id: accountId,
    grant_id: grantId,
    source: 'top_up',
    priority: 2,
    amount,
    reason: 'test',
    ...other,
  };
}

export function reserveItem(
  accountId: string,
  reservationId: string,
  amount: unknown,
  other: object = {},
): object {
  return {
    account_id: accountId,
    reservation_id: reservationId,
    amount,
    reason: 'generation',
    job_id: 'job_1',
    output_id: null,
    return_after_seconds: 900,
    group_id: null,
    ...other,
  };
}

export function commitItem(
  accountId: string,
  reservationId: string,
  amount: unknown,
  other: object = {},
): object {
  return settleItem(accountId, reservationId, { verb: 'commit', amount, cause: 'delivered', ...other });
}

export function releaseItem(accountId: string, reservationId: string, other: object = {}): object {
  return settleItem(accountId, reservationId, {
    verb: 'release',
    amount: null,
    cause: 'provider_failed',
    ...other,
  });
}

function settleItem(accountId: string, reservationId: string, other: object): object {
  const policy = { expired_policy: 'return_grant', return_grant_hours: 72 };
  return { account_id: accountId, reservation_id: reservationId, ...policy, ...other };
}

function createPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  pool.on('error', () => undefined);
  return pool;
}
