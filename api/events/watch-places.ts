/**
 * Each watch holds a connection open and a row in the poll; beyond 2,000 the process is better off refusing. A tenth of them
 * is enough for an account that watches every job it has under way, and leaves room for nine others that do the same.
 */
export const WATCH_PLACES: WatchPlaces = { ofProcess: 2_000, perAccount: 200 };

/** How many watches may be open at a time: in this process, and of one account in it. */
export type WatchPlaces = { readonly ofProcess: number; readonly perAccount: number };

/** Why there is no place: the account has its share of them, or the process has none left. */
export type NoPlace =
  { readonly is: 'account_full'; readonly places: number } | { readonly is: 'process_full' };

export type TakenPlaces = {
  /** Takes a place for an account; what it returns frees the place again, and is called once. */
  take(accountId: string): { readonly is: 'taken'; readonly free: () => void } | NoPlace;
};

/** Counts the watches that are open. Knows an account for as long as it has one. */
export function createTakenPlaces(places: WatchPlaces): TakenPlaces {
  const taken = new Map<string, number>();
  let all = 0;
  const ofAccount = (accountId: string) => taken.get(accountId) ?? 0;

  function free(accountId: string): void {
    all -= 1;
    const left = ofAccount(accountId) - 1;
    if (left === 0) taken.delete(accountId);
    else taken.set(accountId, left);
  }

  return {
    take(accountId) {
      if (ofAccount(accountId) >= places.perAccount) return { is: 'account_full', places: places.perAccount };
      if (all >= places.ofProcess) return { is: 'process_full' };
      taken.set(accountId, ofAccount(accountId) + 1);
      all += 1;
      return { is: 'taken', free: () => free(accountId) };
    },
  };
}
