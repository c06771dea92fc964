/** An account with something due, and since when: the position after which the next page goes on. */
export type DueAccount = {
  readonly accountId: string;
  /** As PostgreSQL writes it, to the microsecond: a Date would lose the place. */
  readonly dueAt: string;
};

export type DueAccountRow = { account_id: string; due_at: string };

export function toDueAccount(row: DueAccountRow): DueAccount {
  return { accountId: row.account_id, dueAt: row.due_at };
}
