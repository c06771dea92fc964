import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { LedgerFixture } from './ledger-fixture.ts';

/**
 * One database for the tests of a file, a new account for each, and after each the reconcile queries, which must return no rows. The accounts
 * are `acct_1`, `acct_2`, …
 * @param options.now where the ledger's clock stands when a test begins; null: it runs again; absent: it is left alone.
 * @param options.credits what the account begins with, in one grant without an end.
 * @param begin is given both before each test, and may prepare more.
 */
export function withFreshAccounts<Fixture extends LedgerFixture>(
  createFixture: () => Promise<Fixture>,
  options: { readonly now?: Date | null; readonly credits?: number },
  begin: (fixture: Fixture, account: string) => Promise<void> | void,
): void {
  let fixture: Fixture;
  let accounts = 0;
  beforeAll(async () => {
    fixture = await createFixture();
  });
  beforeEach(async () => {
    if (options.now !== undefined) await fixture.setClock(options.now);
    await begin(fixture, await fixture.openAccount(`acct_${String(++accounts)}`, options.credits));
  });
  afterEach(() => fixture.expectReconciled());
  afterAll(() => fixture.close());
}
