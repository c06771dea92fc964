import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { refer, type ReferralResult } from '../../../ledger/refer.ts';
import { createLedgerFixture, type LedgerFixture } from '../ledger-fixture.ts';
import { callPlan, renewDue } from './plan-calls.ts';
import { holdAccounts, holdWrites, untilWaiting } from '../until-waiting.ts';
import { SUPERSCALE_GRANTS } from '../../harness/superscale.ts';

const START = new Date('2026-01-31T10:00:00Z');

let ledger: LedgerFixture;
let accounts = 0;
let invitee: string;
let inviter: string;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
beforeEach(async () => {
  await ledger.setClock(START);
  [invitee, inviter] = await openMany(2);
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

async function openMany(count: number): Promise<[string, string, ...string[]]> {
  const names = Array.from({ length: count }, () => `acct_${String(++accounts)}`);
  for (const name of names) await ledger.openAccount(name);
  return names as [string, string, ...string[]];
}

function say(accountId: string, inviterId: string): Promise<ReferralResult> {
  return refer(ledger.worker, SUPERSCALE_GRANTS.referral, { accountId, inviterId, actor: 'ops' });
}

async function referralGrants(of: string): Promise<unknown[]> {
  const { rows } = await ledger.owner.query(
    `SELECT amount::int AS credits, priority, expires_at FROM ledger.grants WHERE account_id = $1 AND source = 'referral'`,
    [of],
  );
  return rows;
}

const PAID = { credits: 3_000, priority: 2, expires_at: new Date('2027-01-31T10:00:00Z') };

test('the inviter is paid when the invited account first pays for a plan, for twelve months', async () => {
  expect(await say(invitee, inviter)).toEqual({ outcome: 'pending', isReplay: false });
  expect(await referralGrants(inviter)).toEqual([]);
  await callPlan(ledger, invitee, 'start', 'starter');
  expect(await referralGrants(inviter)).toEqual([PAID]);
  expect(await say(invitee, inviter)).toEqual({ outcome: 'paid', isReplay: true });
});

test('a plan reported before the referral pays the inviter too', async () => {
  await callPlan(ledger, invitee, 'start', 'starter');
  expect(await say(invitee, inviter)).toEqual({ outcome: 'paid', isReplay: false });
  expect(await referralGrants(inviter)).toEqual([PAID]);
});

test('an inviter is paid once per account: not again for an upgrade, a renewal, a restart or a repeated report', async () => {
  await say(invitee, inviter);
  await callPlan(ledger, invitee, 'start', 'starter', { renewal: 'automatic' });
  await callPlan(ledger, invitee, 'start', 'starter', { renewal: 'automatic' });
  await callPlan(ledger, invitee, 'up', 'pro');
  await ledger.setClock(new Date('2026-02-28T10:00:00Z'));
  await renewDue(ledger);
  await callPlan(ledger, invitee, 'cancel', null);
  await ledger.setClock(new Date('2026-05-01T00:00:00Z'));
  await renewDue(ledger);
  await callPlan(ledger, invitee, 'restart', 'pro');
  await say(invitee, inviter);
  expect(await referralGrants(inviter)).toEqual([PAID]);
});

test('a call that grants no plan pays no inviter', async () => {
  await say(invitee, inviter);
  await callPlan(ledger, invitee, 'none', null);
  await callPlan(ledger, invitee, 'unknown', 'platinum');
  expect(await referralGrants(inviter)).toEqual([]);
  expect(await say(invitee, inviter)).toEqual({ outcome: 'pending', isReplay: true });
});

test('one inviter is paid once for each account invited', async () => {
  for (const other of await openMany(3)) {
    await say(other, inviter);
    await callPlan(ledger, other, 'start', 'starter');
  }
  expect(await referralGrants(inviter)).toEqual([PAID, PAID, PAID]);
});

test('another inviter of the same account is refused, before and after the payment', async () => {
  const [late] = await openMany(1);
  await say(invitee, inviter);
  expect(await say(invitee, late)).toEqual({ outcome: 'already_referred', isReplay: true });
  await callPlan(ledger, invitee, 'start', 'starter');
  expect(await say(invitee, late)).toEqual({ outcome: 'already_referred', isReplay: true });
  expect([await referralGrants(late), await referralGrants(inviter)]).toEqual([[], [PAID]]);
});

test('no account refers itself, and an unknown account neither refers nor is referred', async () => {
  expect(await say(invitee, invitee)).toMatchObject({ outcome: 'self_referral' });
  expect(await say('nobody', inviter)).toMatchObject({ outcome: 'account_not_found' });
  expect(await say(invitee, 'nobody')).toMatchObject({ outcome: 'inviter_not_found' });
  expect(await say(invitee, inviter)).toMatchObject({ outcome: 'pending' });
});

test.each([2, 3, 4])('a circle of %i is refused, and pays no inviter', async (size) => {
  const circle = await openMany(size);
  for (let n = 1; n < size; n++) {
    expect(await say(circle[n] ?? '', circle[n - 1] ?? '')).toMatchObject({ outcome: 'pending' });
  }
  expect(await say(circle[0], circle[size - 1] ?? '')).toEqual({ outcome: 'circle', isReplay: false });
  for (const member of circle) await callPlan(ledger, member, 'start', 'starter');
  expect(await referralGrants(circle[size - 1] ?? '')).toEqual([]);
  expect(await referralGrants(circle[0])).toEqual([PAID]);
  // A chain that only branches off the circle's members is none.
  const [outside] = await openMany(1);
  expect(await say(outside, circle[size - 1] ?? '')).toMatchObject({ outcome: 'pending' });
});

test.each([2, 3, 4])('a circle of %i whose referrals come all at once is refused somewhere', async (size) => {
  const circle = await openMany(size);
  const held = await holdWrites(ledger.owner, 'ledger.referrals');
  const calls = circle.map((member, n) => say(member, circle[(n + 1) % size] ?? ''));
  // One of them has read what there is and waits to write; the others wait for it to be done.
  await untilWaiting(ledger.owner, size);
  await held.letGo();
  const outcomes = (await Promise.all(calls)).map((answer) => answer.outcome);
  expect(outcomes.filter((outcome) => outcome === 'circle')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'pending')).toHaveLength(size - 1);
});

test('a referral and a first plan that come at once pay once, whichever is first', async () => {
  for (const order of ['referral first', 'plan first']) {
    const [a, b] = await openMany(2);
    const held = await holdAccounts(ledger.owner, [a, b]);
    const calls = [() => say(a, b), () => callPlan(ledger, a, 'start', 'starter')];
    if (order === 'plan first') calls.reverse();
    const answers = [];
    for (const call of calls) {
      answers.push(call());
      await untilWaiting(ledger.owner, answers.length);
    }
    await held.letGo();
    await Promise.all(answers);
    expect(await referralGrants(b)).toEqual([PAID]);
  }
});

test('ten first payments and ten referrals of one account at once pay once', async () => {
  const calls = Array.from({ length: 10 }, (_, n) => [
    callPlan(ledger, invitee, `start ${String(n)}`, 'starter'),
    say(invitee, inviter),
  ]);
  await Promise.all(calls.flat());
  expect(await referralGrants(inviter)).toEqual([PAID]);
});

test('two accounts that invited each other’s inviters pay and are paid at once without a deadlock', async () => {
  const [a, b, c, d] = (await openMany(4)) as unknown as [string, string, string, string];
  await say(a, d);
  await say(b, c);
  await say(c, a);
  const held = await holdAccounts(ledger.owner, [a, b]);
  const calls = [a, b, c].map((member) => callPlan(ledger, member, 'start', 'starter'));
  await untilWaiting(ledger.owner, 3);
  await held.letGo();
  await Promise.all(calls);
  expect(await Promise.all([a, c, d].map(referralGrants))).toEqual([[PAID], [PAID], [PAID]]);
});
