import { log } from '@temporalio/activity';
import type { Database } from '../../ledger/database.ts';
import type { PlanRules } from '../../domain/credits/plans.ts';
import { countReport } from '../../ledger/count-report.ts';
import type { DueAccount } from '../../ledger/due-account.ts';
import { tellExpiring } from '../../jobs/credits/tell-expiring.ts';
import { readDuePlans, renewPlans, type RenewalOutcome } from '../../ledger/plan.ts';
import { readDueExpiry, sweepExpired } from '../../ledger/sweep-expired.ts';
import { endPermanentErrors } from '../end-permanent-errors.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';

/** The number of accounts by result: renewed, ended, swept, failed, … Results without an account are left out. */
export type MaintenanceCounts = Readonly<Record<string, number>>;

/** The counts of one step, and where the next one goes on; null: nothing is left. */
export type MaintenanceStep = { readonly counts: MaintenanceCounts; readonly next: DueAccount | null };

export type CreditMaintenance = ReturnType<typeof createCreditMaintenance>;

/** Accounts of one transaction, locked until it ends: a hundred renewals take about 0.1 s. */
const PAGE_SIZE = 100;

/** Pages of one step: a few seconds, so that a worker's shutdown does not interrupt it. */
const PAGES_PER_STEP = 20;

/** A duty that falls due in accounts. */
type Duty = {
  readonly name: string;
  readonly readDue: (page: {
    readonly after: DueAccount | null;
    readonly limit: number;
  }) => Promise<readonly DueAccount[]>;
  /** One transaction. Returns how each changed account ended; throws when it changed none. */
  readonly work: (accountIds: readonly string[]) => Promise<readonly string[]>;
};

/**
 * Renewals and expiries, which fall due by time alone. The ledger grants and expires once, however late or often it is
 * asked, so a step may be repeated from any place.
 */
export function createCreditMaintenance(database: Database, planRules: PlanRules) {
  const renewal: Duty = {
    name: 'renewal',
    readDue: (page) => readDuePlans(database, page),
    work: async (accountIds) =>
      (await renewPlans(database, planRules, accountIds)).flatMap(({ accountId, outcome }) =>
        toEnding(accountId, outcome),
      ),
  };
  const expiry: Duty = {
    name: 'expiry',
    readDue: (page) => readDueExpiry(database, page),
    work: async (accountIds) => (await sweepExpired(database, accountIds)).map(() => 'swept'),
  };
  return endPermanentErrors({
    /** Renews automatic plans whose period has ended, or ends them. */
    renewDuePlans: (after: DueAccount | null) => withHeartbeat(() => workThrough(renewal, after)),
    /**
     * Expires what is due. After the last page it also reports credits that expire in a few days, and updates the
     * ledger's report.
     */
    sweepExpiredCredits: (after: DueAccount | null) =>
      withHeartbeat(async () => {
        const { counts, next } = await workThrough(expiry, after);
        const told = next === null ? await tellOfExpiries(database) : 0;
        if (next === null) await countForReport(database);
        return { counts: told === 0 ? counts : { ...counts, told }, next };
      }),
  });
}

/** Reports page by page, as far as one step goes. The next run does the rest; nothing is reported twice. */
async function tellOfExpiries(database: Database): Promise<number> {
  let told = 0;
  try {
    for (let page = 0; page < PAGES_PER_STEP; page++) {
      const ofPage = await tellExpiring(database, PAGE_SIZE);
      told += ofPage;
      if (ofPage === 0) break;
    }
  } catch (error) {
    log.warn('credit maintenance: not every account was told of its expiries; the next run goes on', {
      error,
    });
  }
  return told;
}

/** Never throws: the next run counts what this one did not. */
async function countForReport(database: Database): Promise<void> {
  try {
    await countReport(database);
  } catch (error) {
    log.warn('credit maintenance: the report was not counted; the next run goes on', { error });
  }
}

function toEnding(accountId: string, outcome: RenewalOutcome): readonly string[] {
  // Another run was faster.
  if (outcome === 'not_due') return [];
  if (outcome === 'unknown_plan')
    log.error('a plan was not renewed: it is not in the catalogue; the next run tries again', { accountId });
  return [outcome];
}

/** Works page by page from a place on. Skips an account that fails, so that it does not hold up the others. */
async function workThrough(duty: Duty, after: DueAccount | null): Promise<MaintenanceStep> {
  const endings: string[] = [];
  let next = after;
  for (let page = 0; page < PAGES_PER_STEP; page++) {
    const due = await duty.readDue({ after: next, limit: PAGE_SIZE });
    endings.push(...(await workPage(duty, due)));
    next = due.length < PAGE_SIZE ? null : (due.at(-1) ?? null);
    if (next === null) break;
  }
  const counts = countOf(endings);
  if (endings.length > 0) log.info(`credit maintenance: ${duty.name}`, counts);
  return { counts, next };
}

/** Does a page at once; if that fails, account by account, so that one failure stays its own. */
async function workPage(duty: Duty, due: readonly DueAccount[]): Promise<readonly string[]> {
  const accountIds = due.map(({ accountId }) => accountId);
  if (accountIds.length === 0) return [];
  try {
    return await duty.work(accountIds);
  } catch (error) {
    log.warn(`credit maintenance: a page of ${duty.name} failed; its accounts are tried one by one`, {
      error,
    });
  }
  const endings: string[] = [];
  for (const accountId of accountIds) {
    try {
      endings.push(...(await duty.work([accountId])));
    } catch (error) {
      log.error(`credit maintenance: ${duty.name} failed for an account; the next run tries again`, {
        accountId,
        error,
      });
      endings.push('failed');
    }
  }
  return endings;
}

function countOf(endings: readonly string[]): MaintenanceCounts {
  const counts: Record<string, number> = {};
  for (const ending of endings) counts[ending] = (counts[ending] ?? 0) + 1;
  return counts;
}
