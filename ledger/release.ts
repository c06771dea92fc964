import { RETURN_GRANT_LIFETIME_HOURS, type ExpiredGrantPolicy } from '../domain/failures.ts';
import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { GroupedVerb } from './group-commit.ts';
import { createSettleBatch, type SettleResult } from './settle.ts';

export type ReleaseItem = {
  readonly accountId: string;
  readonly reservationId: string;
  /** Why, in a stable code: it stands in the usage history. */
  readonly cause: string;
  readonly expiredGrantPolicy: ExpiredGrantPolicy;
};

/** The automatic refund. Safe on a reservation that was never made: it then never will be. */
export function createRelease(database: Database): GroupedVerb<ReleaseItem, SettleResult> {
  const settle = groupCommitByAccount(createSettleBatch(database, RETURN_GRANT_LIFETIME_HOURS));
  return (item) => settle({ ...item, verb: 'release', credits: null });
}
