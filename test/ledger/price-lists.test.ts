import { afterAll, beforeAll, expect, test } from 'vitest';
import { flat } from '../../domain/prices/price-rule-builders.ts';
import type { PriceList } from '../../domain/prices/price-list.ts';
import { createPricingOf, publishAtStart, setPriceList } from '../../ledger/price-lists.ts';
import { SUPERSCALE } from '../harness/superscale.ts';
import { createLedgerFixture, type LedgerFixture } from './ledger-fixture.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  await ledger.openAccount('a');
});
afterAll(() => ledger.close());

const list = (name: string, version: number, credits = 35): PriceList => ({
  ...{ name, version, planning: { posters: 35 } },
  prices: { poster: flat(credits) },
});
const BY = { actor: 'ana', reason: 'contract 7' };
const publish = (lists: readonly PriceList[]) =>
  publishAtStart(ledger.worker, lists, (error) => {
    throw error;
  });

test('a version is published once and for good: other content under it is refused, and nothing beside it is published', async () => {
  expect(await publish([list('standard', 1), list('agency', 2)])).toEqual([]);
  expect(await publish([list('standard', 1), list('agency', 2)])).toEqual([]);
  expect(await publish([list('standard', 1, 36), list('standard', 3)])).toEqual([
    'version 1 of standard was published with other content: publish a new version',
  ]);
  const { rows } = await ledger.owner.query('SELECT name, version FROM ledger.price_lists ORDER BY version');
  expect(rows).toEqual([
    { name: 'standard', version: 1 },
    { name: 'agency', version: 2 },
  ]);
});

test('the order in which a price list is written is not its content', async () => {
  const { name, version, prices, planning } = list('ordered', 9);
  expect(await publish([{ name, version, prices, planning }])).toEqual([]);
  expect(await publish([{ planning, prices, version, name }])).toEqual([]);
});

test('of two processes that publish other content at the same time one is refused', async () => {
  const refusals = await Promise.all([publish([list('raced', 5, 1)]), publish([list('raced', 5, 2)])]);
  expect(refusals.map((refused) => refused.length).sort()).toEqual([0, 1]);
});

test('an account is priced by its own list while it has one, and who gave it is on record', async () => {
  const priceLists = [list('standard', 1), list('agency', 2, 20)];
  const pricingOf = createPricingOf(ledger.worker, { ...SUPERSCALE, priceLists });
  const nameOf = async () => (await pricingOf('a')).priceList.name;
  expect(await nameOf()).toBe('standard');
  await setPriceList(ledger.worker, 'a', 'agency', 70, BY);
  expect(await nameOf()).toBe('agency');
  expect(await publish([list('standard', 1)])).toEqual([
    'there is no price list agency, and accounts have it',
  ]);
  await setPriceList(ledger.worker, 'a', null, 35, BY);
  expect(await nameOf()).toBe('standard');
  const { rows } = await ledger.owner.query(
    `SELECT account_id, actor, reason, detail FROM ledger.operator_actions WHERE action = 'set_price_list' ORDER BY created_at`,
  );
  expect(rows.map((row: { detail: object }) => row.detail)).toEqual([
    { price_list: 'agency' },
    { price_list: null },
  ]);
  expect(rows[0]).toMatchObject({ account_id: 'a', ...BY });
});
