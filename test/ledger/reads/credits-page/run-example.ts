import pg from 'pg';
import { expect } from 'vitest';
import { accountIdOf } from '../../../../contract/derived-ids.ts';
import { reconcile } from '../../../../ledger/reconcile.ts';
import { createTestDatabase } from '../../../harness/test-database.ts';
import { createAccountBook } from './account-book.ts';
import { doAction } from './actions.ts';
import type { ExampleLine, Observation } from './example-line.ts';

/** How the page says that something was refused. */
const REFUSALS: Readonly<Record<string, string>> = {
  insufficient_credits: 'not enough credits',
  limit_exceeded: 'over the cap',
  too_many_concurrent_jobs: 'too many jobs at once',
  exceeds_reserved: 'more than was reserved',
  exceeds_committed: 'more than was charged',
  state_conflict: 'nothing was charged',
  self_referral: 'own invitation',
  circle: 'a circle',
  already_referred: 'invited by another',
  period_not_begun: 'not begun',
  period_too_old: 'too long ago',
};

const DONE = [
  'done', 'opened', 'exists', 'granted', 'set', 'pending', 'paid', 'reserved', 'spent', 'committed', 'released',
  'refunded', 'voided',
]; // prettier-ignore

/** Longer than any example: none of its reservations counts as overdue. */
const FOR_EVER_SECONDS = 1e10;

/** Runs an example in a database of its own. Returns what is so after each of its lines. */
export async function runExample(lines: readonly ExampleLine[]): Promise<readonly Observation[]> {
  const database = await createTestDatabase();
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
  const worker = new pg.Pool({ connectionString: database.workerUrl, max: 2 });
  for (const pool of [owner, worker]) pool.on('error', () => undefined);
  const book = createAccountBook({ owner, worker });
  const idOf = accountIdOf;

  const observations: Observation[] = [];
  let last: ExampleLine | undefined;
  let key = '';
  try {
    for (const [index, line] of lines.entries()) {
      const isAgain = line.action === 'the same again';
      const action = isAgain ? (last?.action ?? '') : line.action;
      if (!isAgain) key = `line ${String(index)}`;
      await book.passTimeUntil(line.at);
      await openAccounts(line, action);
      const accountId = idOf(line.account);
      const notices = await book.countNotices(accountId);
      const answer = await doAction(
        {
          database: worker,
          owner,
          account: line.account,
          accountId,
          key,
          idOf,
          newestGrant: (source) => book.newestGrant(accountId, source),
        },
        action,
      );
      observations.push({
        ...(await book.observe(accountId)),
        refusal: DONE.includes(answer.outcome) ? null : (REFUSALS[answer.outcome] ?? answer.outcome),
        hasNotice: (await book.countNotices(accountId)) > notices,
        notRecovered: answer.notRecovered ?? 0,
      });
      last = line;
    }
    expect(await reconcile(worker, FOR_EVER_SECONDS)).toEqual([]);
  } finally {
    await Promise.all([owner.end(), worker.end()]);
    await database.close();
  }
  return observations;

  /** Accounts are open before they are used; signing up is what a line may be about. */
  async function openAccounts(line: ExampleLine, action: string): Promise<void> {
    if (action !== 'sign up') await book.open(line.account);
    const invitee = /^invite (\w+)$/.exec(action)?.[1];
    if (invitee !== undefined) await book.open(invitee);
  }
}
