/**
 * Each watch holds a connection and a row of the poll, so a process has 2,000 of them. An account has a tenth: enough
 * to watch every job it has under way.
 */
export const WATCH_PLACES: WatchPlaces = { ofProcess: 2_000, perAccount: 200 };

/** The most watches of this process, and of one account in it. */
export type WatchPlaces = { readonly ofProcess: number; readonly perAccount: number };

/** Why there is no place: the account has its share, or the process has none left. */
export type NoPlace =
  { readonly is: 'account_full'; readonly places: number } | { readonly is: 'process_full' };

type TakenPlaces = {
  /** Takes a place for an account; returns a function that frees it, to be called once. */
  take(accountId: string): { readonly is: 'taken'; readonly free: () => void } | NoPlace;
};

/** Counts open watches. An account is known while it has one. */
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
