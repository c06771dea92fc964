import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue } from '../contract/defined-catalogue.ts';
import { fingerprintJson } from '../contract/derived-ids.ts';
import { priceListFor, type PriceList } from '../domain/prices/price-list.ts';
import type { Pricing } from '../domain/prices/quote.ts';
import { unlessActed, type ActedBy } from './unless-acted.ts';
import type { Database } from './database.ts';
import { lowBalanceRise } from './open-account.ts';

/** A published version, or (version null) the name of a list that accounts have. */
type PublishedPriceList = {
  readonly name: string;
  readonly version: number | null;
  readonly hash: string | null;
};

/**
 * Publishes a catalogue's price lists: a version once and for good, by the hash of its content. Returns the refused
 * ones, in words, and then publishes none; empty: all are published.
 */
async function publishPriceLists(
  database: Database,
  lists: readonly PriceList[],
): Promise<readonly string[]> {
  const hashed = lists.map((list) => ({
    name: list.name,
    version: list.version,
    hash: fingerprintJson(list),
  }));
  const refusedBy = async (publish: readonly object[]): Promise<readonly string[]> => {
    const { rows } = await database.query<PublishedPriceList>({
      name: 'ledger.publish_price_lists',
      text: 'SELECT name, version, hash FROM ledger.publish_price_lists($1)',
      values: [JSON.stringify(publish)],
    });
    return rows.flatMap((row) => {
      if (row.version === null) {
        const isThere = hashed.some(({ name }) => name === row.name);
        return isThere ? [] : [`there is no price list ${row.name}, and accounts have it`];
      }
      const now = hashed.find(({ name, version }) => name === row.name && version === row.version);
      const isSame = now === undefined || now.hash === row.hash;
      const fault = `version ${String(row.version)} of ${row.name} was published with other content: publish a new version`;
      return isSame ? [] : [fault];
    });
  };
  const refused = await refusedBy([]);
  // A second try: another process may be publishing.
  return refused.length > 0 ? refused : refusedBy(hashed);
}

/** Between two tries to publish at the start. */
const PUBLISH_PAUSE_MS = 2_000;

/** Publishes before a process sells anything, for as long as PostgreSQL is away. Returns what is refused. */
export async function publishAtStart(
  database: Database,
  lists: readonly PriceList[],
  onAway: (error: unknown) => void,
): Promise<readonly string[]> {
  for (;;) {
    try {
      return await publishPriceLists(database, lists);
    } catch (error) {
      onAway(error);
      await sleep(PUBLISH_PAUSE_MS);
    }
  }
}

/** The prices of an account. */
export type PricingOf = (accountId: string) => Promise<Pricing>;

/** Each account's prices, by its own price list where it has one. Without lists of several names nothing is read. */
export function createPricingOf(database: Database, { kinds, priceLists }: Catalogue): PricingOf {
  const isOneName = new Set(priceLists.map(({ name }) => name)).size === 1;
  return async (accountId) => ({
    kinds,
    priceList: priceListFor(priceLists, isOneName ? null : await readPriceList(database, accountId)),
  });
}

/** Reads the name of an account's own price list; null: it has none. */
async function readPriceList(database: Database, accountId: string): Promise<string | null> {
  const { rows } = await database.query<{ price_list: string | null }>({
    name: 'ledger.read_price_list',
    text: 'SELECT price_list FROM ledger.read_account($1)',
    values: [accountId],
  });
  return rows[0]?.price_list ?? null;
}

/** Sets the price list of an existing account; null: the catalogue's. */
export async function setPriceList(
  database: Database,
  accountId: string,
  priceList: string | null,
  planningUnit: number,
  by: ActedBy,
  asOf?: string,
): Promise<void> {
  await database.query({
    name: 'ledger.set_price_list',
    text: 'SELECT ledger.set_price_list(ledger.unless_acted($1, $6), $2, $3, $4, $5)',
    values: [
      accountId,
      priceList,
      lowBalanceRise(planningUnit),
      by.actor,
      by.reason,
      unlessActed(asOf, { actions: ['set_price_list'] }, by),
    ],
  });
}
