/** The public id of a journal row: entries count up by one per account, so account and number are enough. */
export function entryIdOf(accountId: string, seq: number): string {
  return `entry_${accountId.replace(/^acct_/, '')}_${String(seq)}`;
}
