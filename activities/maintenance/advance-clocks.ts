import { heartbeat, log } from '@temporalio/activity';
import { failureOf } from '../../domain/work/failures.ts';
import type { PlanRules } from '../../domain/credits/plans.ts';
import { isOverdue, OVERDUE_AFTER_SECONDS } from '../../domain/support/reconcile-rules.ts';
import type { Database } from '../../ledger/database.ts';
import { tellExpiringOf } from '../../jobs/credits/tell-expiring.ts';
import { renewPlans } from '../../ledger/plan.ts';
import { readOpenReservations } from '../../ledger/reads/read-open-reservations.ts';
import { sweepExpired } from '../../ledger/sweep-expired.ts';
import { readClock, readMovedClocks, stepClock } from '../../ledger/test-clock.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';
import { endPermanentErrors } from '../end-permanent-errors.ts';
import type { JobActivities } from '../job-activities.ts';
import { settledKeyOf } from '../settlement/settle.ts';

export type ClockActivities = ReturnType<typeof createClockActivities>;

const PAGE_SIZE = 100;

type Deps = {
  readonly database: Database;
  readonly planRules: PlanRules;
  readonly jobActivities: Pick<JobActivities, 'settleOverdue'>;
};

/**
 * Moves the clocks of test accounts. In an account that is ahead, things fall due that the machine's clock does not
 * call due, so they are done here, by the same functions as for every account: renewals, expiries, notices, credits
 * past return_by. Each may be done late or twice, so an interrupted step is repeated.
 */
export function createClockActivities(deps: Deps) {
  return endPermanentErrors({
    /**
     * Moves the account's clock to where it was asked to go, doing on the way what falls due, at its instant and in
     * order.
     */
    advanceClock: (accountId: string) => withHeartbeat(() => advance(deps, accountId)),
    /** Does the same for each account that is ahead or on its way, including what has fallen due since it arrived. */
    advanceMovedClocks: () => withHeartbeat(() => advanceAll(deps)),
  });
}

async function advance(deps: Deps, accountId: string): Promise<void> {
  let isOnItsWay = true;
  while (isOnItsWay) {
    const clock = await readClock(deps.database, accountId);
    if (clock === null) return;
    await doWhatIsDue(deps, accountId);
    heartbeat();
    const step = { ahead: clock.ahead, overdueSeconds: OVERDUE_AFTER_SECONDS };
    isOnItsWay = await stepClock(deps.database, accountId, step);
  }
}

/** Skips an account that fails, so that it does not hold up the others. */
async function advanceAll(deps: Deps): Promise<void> {
  let after = '';
  for (;;) {
    const page = await readMovedClocks(deps.database, { after, limit: PAGE_SIZE });
    for (const accountId of page) {
      try {
        await advance(deps, accountId);
      } catch (error) {
        log.error('the clock of a test account was not moved; the next run tries again', {
          accountId,
          error,
        });
      }
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/** Plans first: a renewal also writes the expiry of the last period. */
async function doWhatIsDue(deps: Deps, accountId: string): Promise<void> {
  const { database, planRules } = deps;
  await renewPlans(database, planRules, [accountId]);
  await sweepExpired(database, [accountId]);
  await tellExpiringOf(database, accountId);
  await returnOverdue(deps, accountId);
}

/**
 * Releases all the account's reservations past return_by: once the clock is read as arrived, they have returned. The
 * fault is the model's, as when the job's own timer ends it: it was the clock that moved, and no workflow that was late.
 */
async function returnOverdue({ database, jobActivities }: Deps, accountId: string): Promise<void> {
  let after: { readonly accountId: string; readonly reservationId: string } | undefined = {
    accountId,
    reservationId: '',
  };
  while (after !== undefined) {
    const page = await readOpenReservations(database, { after, limit: PAGE_SIZE, minAgeSeconds: 0 });
    const own = page.filter((one) => one.accountId === accountId);
    for (const reservation of own.filter((one) => isOverdue(one.overdueSeconds))) {
      await jobActivities.settleOverdue(settledKeyOf(reservation), failureOf('run_deadline'));
    }
    after = own.length < PAGE_SIZE ? undefined : own.at(-1);
  }
}
