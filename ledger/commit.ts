import { RETURN_GRANT_LIFETIME_HOURS } from '../domain/failures.ts';
import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { GroupedVerb } from './group-commit.ts';
import { createSettleBatch, type SettleResult } from './settle.ts';

export type CommitItem = {
  readonly accountId: string;
  readonly reservationId: string;
  /** What it cost, in credits; less than was reserved returns the rest. */
  readonly credits: number;
};

/** The charge. Cannot fail for lack of funds: the credits have been set aside. */
export function createCommit(database: Database): GroupedVerb<CommitItem, SettleResult> {
  const settle = groupCommitByAccount(createSettleBatch(database, RETURN_GRANT_LIFETIME_HOURS));
  return (item) =>
    settle({ ...item, verb: 'commit', cause: 'delivered', expiredGrantPolicy: 'return_grant' });
}
