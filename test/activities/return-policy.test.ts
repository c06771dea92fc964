import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILURE_CODES, failureOf, faultsOf } from '../../domain/work/failures.ts';
import { RELEASED_BY_SUPPORT } from '../../domain/support/support-rules.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { grantCredits } from '../../ledger/grant-credits.ts';

/** A grant that is burned first and ends while the jobs run, an hour ahead. */
const GRANT_ENDS_IN_MS = 3_600_000;

const ENDS = [
  ...FAILURE_CODES.flatMap((code) => faultsOf(code).map((fault) => failureOf(code, fault))),
  RELEASED_BY_SUPPORT,
];

let fixture: ActivitiesFixture;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
afterAll(() => fixture.close());

test('credits of an expired grant return as a new grant unless the customer was at fault: every failure code, with every fault it allows', async () => {
  const { accountId, owner } = fixture;
  const expiresAt = new Date(Date.now() + GRANT_ENDS_IN_MS).toISOString();
  await grantCredits(owner, {
    ...{ accountId, grantId: 'grant_ends', source: 'trial', priority: 2, reason: 'test' },
    ...{ credits: 35 * ENDS.length, ends: { at: new Date(expiresAt) } },
  });
  const { settle } = fixture.activitiesAt('http://nowhere.test');
  const jobs = [];
  for (const [index, failure] of ENDS.entries()) {
    const { plan, attempt } = await fixture.admit(String(index));
    // An output that we have not begun by its deadline is our fault, also when the customer set the deadline.
    await fixture.attempts.begin(attempt);
    jobs.push({ plan, failure });
  }
  expect(await fixture.balance()).toMatchObject({ available: 1_000, reserved: 35 * ENDS.length });
  await fixture.database.setClock(new Date(Date.now() + GRANT_ENDS_IN_MS + 1_000));

  for (const { plan, failure } of jobs) {
    const before = await fixture.balance();
    await settle(plan, { charge: false, failure });
    const after = await fixture.balance();
    const comesBack = failure.at_fault === 'customer' ? 0 : 35;
    const end = `${failure.code} by ${failure.at_fault}`;
    expect([end, after.available - before.available, before.reserved - after.reserved]).toEqual([
      end,
      comesBack,
      35,
    ]);
  }
});
