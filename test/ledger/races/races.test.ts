import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { holdAccounts, holdWrites, untilWaiting } from '../until-waiting.ts';
import { SUPERSCALE_PLAN_RULES } from '../../harness/superscale.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

/** Starts calls one after the other behind a held lock: they get it in that order. Returns the first row of each. */
async function race(
  accountIds: readonly string[],
  calls: readonly (() => Promise<Record<string, unknown>[]>)[],
) {
  const held = await holdAccounts(ledger.owner, accountIds);
  const answers: Promise<Record<string, unknown>[]>[] = [];
  for (const [index, call] of calls.entries()) {
    answers.push(call());
    await untilWaiting(ledger.owner, index + 1);
  }
  await held.letGo();
  return (await Promise.all(answers)).map((rows) => rows[0]);
}

test('a commit before a release wins, and the release returns committed (invariant 4)', async () => {
  const account = await ledger.openAccount('commit_first', 100);
  await ledger.reserve([reserveItem(account, 'r', 35)]);
  const [commit, release] = await race(
    [account],
    [() => ledger.settle([commitItem(account, 'r', 35)]), () => ledger.settle([releaseItem(account, 'r')])],
  );
  expect(commit).toMatchObject({ outcome: 'committed', is_replay: false });
  expect(release).toMatchObject({ outcome: 'committed', is_replay: true, committed: '35', released: '0' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 65, reserved: 0, spent: 35 });
});

test('a release before a commit wins, and the commit returns released (invariant 4)', async () => {
  const account = await ledger.openAccount('release_first', 100);
  await ledger.reserve([reserveItem(account, 'r', 35)]);
  const [release, commit] = await race(
    [account],
    [() => ledger.settle([releaseItem(account, 'r')]), () => ledger.settle([commitItem(account, 'r', 35)])],
  );
  expect(release).toMatchObject({ outcome: 'released', is_replay: false });
  expect(commit).toMatchObject({ outcome: 'released', is_replay: true, committed: '0', released: '35' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0, spent: 0 });
});

test('of two reserves of the last credits one returns insufficient_credits (invariant 5)', async () => {
  const account = await ledger.openAccount('last_credits', 35);
  const [first, second] = await race(
    [account],
    [
      () => ledger.reserve([reserveItem(account, 'r1', 35)]),
      () => ledger.reserve([reserveItem(account, 'r2', 35)]),
    ],
  );
  expect(first).toMatchObject({ outcome: 'reserved' });
  expect(second).toMatchObject({ outcome: 'insufficient_credits', available: '0', reserved: '35' });
});

test('the same key twice at once reserves once, and both are answered reserved (invariant 9)', async () => {
  const account = await ledger.openAccount('same_key', 100);
  const reserve = () => ledger.reserve([reserveItem(account, 'r', 35)]);
  const answers = await race([account], [reserve, reserve]);
  expect(answers.map((row) => row?.['outcome'])).toEqual(['reserved', 'reserved']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 65, reserved: 35 });
});

test('the same key twice at once with other content leaves the first untouched (invariant 9)', async () => {
  const account = await ledger.openAccount('same_key_other_content', 100);
  const answers = await race(
    [account],
    [
      () => ledger.reserve([reserveItem(account, 'r', 35)]),
      () => ledger.reserve([reserveItem(account, 'r', 36)]),
    ],
  );
  expect(answers.map((row) => row?.['outcome'])).toEqual(['reserved', 'key_reused']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 65, reserved: 35 });
});

test('a release that overtakes its reserve leaves a tombstone, and the reserve moves nothing', async () => {
  const account = await ledger.openAccount('release_overtakes', 100);
  const [release, reserve] = await race(
    [account],
    [() => ledger.settle([releaseItem(account, 'r')]), () => ledger.reserve([reserveItem(account, 'r', 35)])],
  );
  expect(release).toMatchObject({ outcome: 'released', is_replay: false });
  expect(reserve).toMatchObject({ outcome: 'released' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
});

test('a release that comes just after its reserve returns the credits', async () => {
  const account = await ledger.openAccount('release_follows', 100);
  const [reserve, release] = await race(
    [account],
    [() => ledger.reserve([reserveItem(account, 'r', 35)]), () => ledger.settle([releaseItem(account, 'r')])],
  );
  expect(reserve).toMatchObject({ outcome: 'reserved' });
  expect(release).toMatchObject({ outcome: 'released', released: '35' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
});

test('batches that name accounts in opposite order wait in line and do not deadlock', async () => {
  const accounts = [await ledger.openAccount('order_a', 100), await ledger.openAccount('order_b', 100)];
  const reserveAll = (names: readonly string[], id: string) => () =>
    ledger.reserve(names.map((name) => reserveItem(name, id, 10)));
  // Holding only the second: the first batch to come holds the first and waits, the other waits for the first.
  const answers = await race(
    ['order_b'],
    [reserveAll(accounts, 'r1'), reserveAll(accounts.toReversed(), 'r2')],
  );
  expect(answers.map((row) => row?.['outcome'])).toEqual(['reserved', 'reserved']);
  expect(await ledger.balanceOf('order_a')).toMatchObject({ available: 80, reserved: 20 });
});

test('renewals that name accounts in opposite order wait in line and do not deadlock', async () => {
  const accounts = [await ledger.openAccount('renew_a'), await ledger.openAccount('renew_b')];
  const renewAll = (names: readonly string[]) => async () =>
    (await ledger.worker.query('SELECT * FROM ledger.renew_plans($1, $2)', [names, SUPERSCALE_PLAN_RULES]))
      .rows as Record<string, unknown>[];
  // Were they locked as they are named, the first to come would wait for the second account alone, and be the first to get
  // it; the other, who holds the first account by then, would wait behind it.
  const answers = await race(['renew_b'], [renewAll(accounts.toReversed()), renewAll(accounts)]);
  expect(answers.map((row) => row?.['outcome'])).toEqual(['not_due', 'not_due']);
});

test('a verb sees the credits that came while it waited for the account', async () => {
  const account = await ledger.openAccount('granted_meanwhile', 5);
  const other = {
    account_id: account,
    grant_id: 'late',
    source: 'top_up',
    priority: 3,
    amount: 100,
    reason: 'test',
  };
  const answers = await race(
    [account],
    [() => ledger.grant([other]), () => ledger.reserve([reserveItem(account, 'r', 60)])],
  );
  expect(answers.map((row) => row?.['outcome'])).toEqual(['granted', 'reserved']);
});

test('an account opened twice at once is opened once, and both calls return it', async () => {
  const open = async () =>
    (await ledger.worker.query(`SELECT * FROM ledger.open_account('twice', 'twice', 'Twice')`)).rows;
  const held = await holdWrites(ledger.owner, 'ledger.account_profiles');
  const both = [open(), open()];
  await untilWaiting(ledger.owner, 2);
  await held.letGo();
  const answers = (await Promise.all(both)).flat() as { outcome: string }[];
  expect(answers.map((row) => row.outcome).sort()).toEqual(['exists', 'opened']);
});

test('verbs that name an account before it is opened lock it all the same', async () => {
  const busy = [await ledger.openAccount('busy_1'), await ledger.openAccount('busy_2')];
  const held = await holdAccounts(ledger.owner, busy);
  // Both look for their accounts now, wait for the one that is there, and go on after the other has been opened.
  const grants = busy.map((account) =>
    ledger.grant([grantItem(account, 'same', 10), grantItem('opened_late', 'same', 10)]),
  );
  await untilWaiting(ledger.owner, 2);
  await ledger.openAccount('opened_late');
  const writes = await holdWrites(ledger.owner, 'ledger.grants');
  await held.letGo();
  await untilWaiting(ledger.owner, 2);
  await writes.letGo();
  const granted = { outcome: 'granted' };
  expect(await Promise.all(grants)).toMatchObject([
    [granted, granted],
    [granted, granted],
  ]);
  expect(await ledger.balanceOf('opened_late')).toMatchObject({ available: 10 });
});
