import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, reserveItem, type LedgerFixture } from '../ledger-fixture.ts';

let ledger: LedgerFixture;
let accounts = 0;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterAll(() => ledger.close());

/** Balance, price and callers: about as many as can be afforded, fewer, and many more. */
const offer = fc.record({
  balance: fc.integer({ min: 1, max: 500 }),
  price: fc.integer({ min: 1, max: 60 }),
  callers: fc.integer({ min: 1, max: 40 }),
});

function expectedOf({
  balance,
  price,
  callers,
}: {
  balance: number;
  price: number;
  callers: number;
}): number {
  return Math.min(callers, Math.floor(balance / price));
}

async function expectReserved(
  account: string,
  outcomes: readonly unknown[],
  expected: number,
  price: number,
) {
  expect(outcomes.filter((outcome) => outcome === 'reserved')).toHaveLength(expected);
  expect(outcomes.filter((outcome) => outcome === 'insufficient_credits')).toHaveLength(
    outcomes.length - expected,
  );
  expect(await ledger.balanceOf(account)).toMatchObject({ reserved: expected * price });
  await ledger.expectReconciled();
}

test('N parallel reserves of c on balance b succeed ⌊b/c⌋ times on connections of their own (invariant 5)', async () => {
  await fc.assert(
    fc.asyncProperty(offer, async (drawn) => {
      const account = await ledger.openAccount(`raw_${String(++accounts)}`, drawn.balance);
      const rows = await Promise.all(
        Array.from({ length: drawn.callers }, (_, caller) =>
          ledger.reserve([reserveItem(account, `r${String(caller)}`, drawn.price)]),
        ),
      );
      const outcomes = rows.map(([row]) => row?.['outcome']);
      await expectReserved(account, outcomes, expectedOf(drawn), drawn.price);
    }),
    { numRuns: 20 },
  );
});
