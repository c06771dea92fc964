import type { Database } from './database.ts';
import { publishAtStart } from './price-lists.ts';
import type { PriceList } from '../domain/prices/price-list.ts';

/** A database that rejects statements until the price lists are published. */
type OpenForSale = {
  /** Rejects every statement until the price lists are published. */
  readonly database: Database;
  readonly isOpen: () => boolean;
  /** Resolves with the refused lists, in words; empty: it is open. */
  readonly opened: Promise<readonly string[]>;
};

/** Begins to publish and returns: a process can listen, and say why it is not ready, while PostgreSQL is away. */
export function openForSale(
  database: Database,
  lists: readonly PriceList[],
  onAway: (error: unknown) => void,
): OpenForSale {
  let isOpen = false;
  const opened = publishAtStart(database, lists, onAway).then((refused) => {
    isOpen = refused.length === 0;
    return refused;
  });
  return {
    isOpen: () => isOpen,
    opened,
    database: {
      query: (statement) =>
        isOpen
          ? database.query(statement)
          : Promise.reject(new Error('the price lists are not published yet')),
    },
  };
}
