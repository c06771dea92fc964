import { DefaultLogger, type LogLevel } from '@temporalio/worker';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it as plainIt } from 'vitest';
import {
  createCreditMaintenance,
  type MaintenanceStep,
} from '../../activities/maintenance/maintain-credits.ts';
import { MAX_CREDITS_PER_CALL } from '../../domain/credits/credits.ts';
import { readAccountEvents } from '../../jobs/reads/read-events.ts';
import type { DueAccount } from '../../ledger/due-account.ts';
import { holdAccount } from '../integration/held-account.ts';
import { createPlanFixture, START, type PlanFixture } from './plan-fixture.ts';
import { SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';

/** 31 Jan 09:00 → 28 Feb 09:00 → 31 Mar 09:00: clamped, and never drifting. */
const FIRST_END = new Date('2026-02-28T09:00:00Z');
const SECOND_END = new Date('2026-03-31T09:00:00Z');
const DAY_MS = 86_400_000;
const A_YEAR_LATER = new Date('2027-01-31T09:00:00Z');
/** As many credits as an account can ever have had, less those of a plan and the sign-up. */
const NEARLY_ALL_CREDITS = 2 ** 53 - 1 - 5_000;

type Maintenance = {
  readonly fixture: PlanFixture;
  readonly run: (
    duty: 'renewDuePlans' | 'sweepExpiredCredits',
    after?: DueAccount | null,
  ) => Promise<MaintenanceStep>;
  /** What the activities have logged, of this test alone. */
  readonly logged: { readonly level: LogLevel; readonly message: string }[];
};

/** The tests run side by side, each with a database and so a clock of its own. */
const it = plainIt.extend<{ maintenance: Maintenance }>({
  // vitest reads from the pattern which fixtures this one needs: none.
  maintenance: async ({}, use) => {
    const fixture = await createPlanFixture();
    await fixture.setClock(START);
    const logged: Maintenance['logged'] = [];
    const logger = new DefaultLogger('INFO', ({ level, message }) => logged.push({ level, message }));
    const run: Maintenance['run'] = (duty, after = null) =>
      new MockActivityEnvironment({}, { logger }).run(
        createCreditMaintenance(fixture.worker, SUPERSCALE_PLAN_RULES)[duty],
        after,
      );
    await use({ fixture, run, logged });
    await fixture.close();
  },
});

/** Fills an account until no plan fits in: its renewal fails in SQL, every time. */
async function fillUp(fixture: PlanFixture, accountId: string): Promise<void> {
  await fixture.owner.query(
    `SELECT ledger.grant_credits($1, 'grant_fill_' || left_over, 'goodwill', 2, least(left_over, $3::bigint), NULL, NULL, 'test', NULL, NULL)
     FROM generate_series($2::bigint, 1, -$3::bigint) left_over`,
    [accountId, NEARLY_ALL_CREDITS, MAX_CREDITS_PER_CALL],
  );
}

describe.concurrent('the renewal of automatic plans (invariant 11)', () => {
  it('grants the next period when the last one ends, and lets what was left of it expire', async ({
    maintenance,
  }) => {
    const { fixture, run, logged } = maintenance;
    const account = await fixture.subscribe('on time');
    await fixture.setClock(new Date(FIRST_END.getTime() - 1));
    expect(await run('renewDuePlans')).toEqual({ counts: {}, next: null });
    await fixture.setClock(FIRST_END);
    expect(await run('renewDuePlans')).toEqual({ counts: { renewed: 1 }, next: null });

    expect(await fixture.planGrants(account)).toEqual([
      { amount: 4_000, available: 0, expired: 4_000 },
      { amount: 4_000, available: 4_000, expired: 0 },
    ]);
    expect(logged).toEqual([{ level: 'INFO', message: 'credit maintenance: renewal' }]);
    await fixture.expectReconciled();
  });

  it('changes nothing and reports nothing when it runs again, or twice at once', async ({ maintenance }) => {
    const { fixture, run, logged } = maintenance;
    const account = await fixture.subscribe('doubled');
    await fixture.setClock(FIRST_END);
    const counts = (await Promise.all([run('renewDuePlans'), run('renewDuePlans')])).map(
      (step) => step.counts['renewed'] ?? 0,
    );
    expect(counts.sort()).toEqual([0, 1]);
    logged.length = 0;
    expect(await run('renewDuePlans')).toEqual({ counts: {}, next: null });
    expect(logged).toEqual([]);
    expect(await fixture.planGrants(account)).toHaveLength(2);
    await fixture.expectReconciled();
  });

  it('grants only the current period when it runs a year late, and records the skipped ones', async ({
    maintenance,
  }) => {
    const { fixture, run } = maintenance;
    const account = await fixture.subscribe('late');
    await fixture.setClock(A_YEAR_LATER);
    expect(await run('renewDuePlans')).toEqual({ counts: { renewed: 1 }, next: null });
    expect(await fixture.planGrants(account)).toEqual([
      { amount: 4_000, available: 0, expired: 4_000 },
      { amount: 4_000, available: 4_000, expired: 0 },
    ]);
    const periods = await fixture.rows(
      'SELECT is_skipped, count(*)::int FROM ledger.plan_periods WHERE account_id = $1 GROUP BY 1 ORDER BY 1',
      account,
    );
    expect(periods).toEqual([
      { is_skipped: false, count: 2 },
      { is_skipped: true, count: 11 },
    ]);
    await fixture.expectReconciled();
  });

  it('does not touch plans that an outside billing system renews', async ({ maintenance }) => {
    const { fixture, run } = maintenance;
    const account = await fixture.subscribe('by call', 'by_call');
    await fixture.setClock(SECOND_END);
    expect(await run('renewDuePlans')).toEqual({ counts: {}, next: null });
    expect(await fixture.planGrants(account)).toHaveLength(1);
  });

  it('renews the others when one account cannot be renewed, now and the next time', async ({
    maintenance,
  }) => {
    const { fixture, run, logged } = maintenance;
    const full = await fixture.subscribe('full');
    await fillUp(fixture, full);
    await fixture.setClock(new Date(START.getTime() + 1_000));
    const behind = await fixture.subscribe('behind it');
    for (const [at, grants] of [
      [new Date(FIRST_END.getTime() + 1_000), 2],
      [new Date(SECOND_END.getTime() + 1_000), 3],
    ] as const) {
      await fixture.setClock(at);
      expect(await run('renewDuePlans')).toEqual({ counts: { failed: 1, renewed: 1 }, next: null });
      expect(await fixture.planGrants(behind)).toHaveLength(grants);
    }
    expect(logged.filter((line) => line.level === 'ERROR')).toHaveLength(2);
    expect(await fixture.planGrants(full)).toHaveLength(1);
    const overdue = await fixture.rows(`SELECT account_id FROM ledger.reconcile(60)`);
    expect(overdue).toEqual([{ account_id: full }]);
  });

  it('renews the others while one account is locked, and that one the next time', async ({ maintenance }) => {
    const { fixture, run } = maintenance;
    const held = await fixture.subscribe('held');
    const other = await fixture.subscribe('other');
    await fixture.setClock(FIRST_END);
    const lock = await holdAccount(fixture.database.ownerUrl, held);
    expect(await run('renewDuePlans')).toEqual({ counts: { failed: 1, renewed: 1 }, next: null });
    await lock.release();
    expect(await fixture.planGrants(other)).toHaveLength(2);
    expect(await run('renewDuePlans')).toEqual({ counts: { renewed: 1 }, next: null });
    expect(await fixture.planGrants(held)).toHaveLength(2);
    await fixture.expectReconciled();
  });
});

describe.concurrent('the sweep of expired credits', () => {
  it('writes the entries of expired credits once', async ({ maintenance }) => {
    const { fixture, run, logged } = maintenance;
    const account = await fixture.subscribe('swept', 'by_call');
    await fixture.setClock(FIRST_END);
    expect(await run('sweepExpiredCredits')).toEqual({ counts: { swept: 1 }, next: null });
    expect(await run('sweepExpiredCredits')).toEqual({ counts: {}, next: null });
    const entries = await fixture.rows(
      `SELECT amount::int, balance_after::int FROM ledger.entries WHERE account_id = $1 AND kind = 'expire'`,
      account,
    );
    expect(entries).toEqual([{ amount: 4_000, balance_after: 1_000 }]);
    expect(logged).toEqual([{ level: 'INFO', message: 'credit maintenance: expiry' }]);
    await fixture.expectReconciled();
  });

  it('tells a live account of credits three days before they expire, and once', async ({ maintenance }) => {
    const { fixture, run } = maintenance;
    const account = await fixture.subscribe('told', 'by_call');
    const noticeAt = FIRST_END.getTime() - 3 * DAY_MS;
    const counted: unknown[] = [];
    for (const at of [noticeAt - 1, noticeAt, noticeAt, FIRST_END.getTime() - 1]) {
      await fixture.setClock(new Date(at));
      counted.push(await run('sweepExpiredCredits'));
    }
    const nothing = { counts: {}, next: null };
    expect(counted).toEqual([nothing, { counts: { told: 1 }, next: null }, nothing, nothing]);
    const events = await readAccountEvents(fixture.worker, account, { after: 0, type: null, limit: 10 });
    expect(events).toMatchObject([
      {
        type: 'credits.expiring',
        createdAt: new Date(noticeAt),
        data: { credits: 4_000, expires_at: FIRST_END.toISOString() },
      },
    ]);
    await fixture.expectReconciled();
  });

  it('sweeps the others when one account cannot be swept', async ({ maintenance }) => {
    const { fixture, run } = maintenance;
    const broken = await fixture.subscribe('broken', 'by_call');
    const other = await fixture.subscribe('other', 'by_call');
    await fixture.owner.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON ledger.entries FOR EACH ROW
         WHEN (NEW.account_id = '${broken}') EXECUTE FUNCTION refuse()`,
    );
    await fixture.setClock(FIRST_END);
    expect(await run('sweepExpiredCredits')).toEqual({ counts: { failed: 1, swept: 1 }, next: null });
    expect(await fixture.planGrants(other)).toMatchObject([{ available: 0, expired: 4_000 }]);
  });

  it('does not wait for a locked account: the transaction that holds it expires its credits', async ({
    maintenance,
  }) => {
    const { fixture, run } = maintenance;
    const held = await fixture.subscribe('held', 'by_call');
    await fixture.subscribe('other', 'by_call');
    await fixture.setClock(FIRST_END);
    const lock = await holdAccount(fixture.database.ownerUrl, held);
    expect(await run('sweepExpiredCredits')).toEqual({ counts: { swept: 1 }, next: null });
    await lock.release();
    expect(await run('sweepExpiredCredits')).toEqual({ counts: { swept: 1 }, next: null });
    await fixture.expectReconciled();
  });

  it('works in steps of 2,000 accounts and says where the next one goes on', async ({ maintenance }) => {
    const { fixture, run } = maintenance;
    const count = 2_001;
    await fixture.owner.query(
      `SELECT ledger.open_account('acct_' || n, 'r' || n, 'n' || n) FROM generate_series(1, $1) n`,
      [count],
    );
    await fixture.owner.query(
      `SELECT ledger.grant_credits('acct_' || n, 'g', 'trial', 2, 3000, NULL, make_interval(secs => 60 + n / 1000.0), 'test', NULL, NULL)
       FROM generate_series(1, $1) n`,
      [count],
    );
    await fixture.setClock(FIRST_END);
    const first = await run('sweepExpiredCredits');
    expect(first).toEqual({
      counts: { swept: 2_000 },
      next: { accountId: 'acct_2000', dueAt: expect.stringContaining('2026-01-31') },
    });
    expect(await run('sweepExpiredCredits', first.next)).toEqual({ counts: { swept: 1 }, next: null });
    await fixture.expectReconciled();
  });
});
