import type { ExpiredGrantPolicy, Failure } from '../../domain/work/failures.ts';
import { RETURN_GRANT_LIFETIME_HOURS } from '../../domain/work/failures.ts';
import type { OutputContent } from '../../contract/workflow-messages.ts';
import type { Database } from '../../ledger/database.ts';
import { groupCommitByAccount } from '../../ledger/group-commit.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';

type OutputKey = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputId: string;
  readonly reservationId: string;
};

/** Why credits return, and where those of an expired grant go. */
type ReleaseCause = { readonly failure: Failure; readonly expiredGrantPolicy: ExpiredGrantPolicy };

export type SettleOutputItem = OutputKey &
  (
    | { readonly verb: 'commit'; readonly credits: number }
    | {
        readonly verb: 'release';
        readonly failure: Failure;
        readonly expiredGrantPolicy: ExpiredGrantPolicy;
        /** Replaces both if nothing was done for the output yet, as the locked account says. */
        readonly ifNeverBegun?: ReleaseCause | undefined;
        /** Only if it is so long past its return_by; absent: in any case. */
        readonly overdueSeconds?: number;
      }
  );

export type SettleOutputResult = {
  /** How the output ended, by this call or an earlier one; or why this call could not end it. */
  readonly outcome:
    | 'committed'
    | 'released'
    | 'asset_missing'
    | 'not_overdue'
    | 'not_found'
    | 'exceeds_reserved'
    | 'key_reused'
    | 'invalid_amount';
  /** The failure on record, when it was released. */
  readonly failure: Failure | null;
  readonly committed: number;
  readonly released: number;
  /** The delivered file; null: none. */
  readonly content: OutputContent | null;
};

type Row = {
  outcome: SettleOutputResult['outcome'];
  failure: Failure | null;
  committed: string | null;
  released: string | null;
  content: OutputContent | null;
};

/** Ends an output: its reservation, its record and its events, in one transaction. The first call's outcome stands. */
export function createSettleOutput(database: Database): GroupedVerb<SettleOutputItem, SettleOutputResult> {
  return groupCommitByAccount(async (items: readonly SettleOutputItem[]) => {
    const { rows } = await database.query<Row>({
      name: 'jobs.settle',
      text: 'SELECT outcome, failure, committed, released, content FROM jobs.settle($1)',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows.map((row) => ({
      outcome: row.outcome,
      failure: row.failure,
      committed: Number(row.committed ?? 0),
      released: Number(row.released ?? 0),
      content: row.content,
    }));
  });
}

function toRow(item: SettleOutputItem): object {
  const isCommit = item.verb === 'commit';
  return {
    account_id: item.accountId,
    job_id: item.jobId,
    output_id: item.outputId,
    reservation_id: item.reservationId,
    verb: item.verb,
    credits: isCommit ? item.credits : null,
    failure: isCommit ? null : item.failure,
    if_never_begun:
      isCommit || item.ifNeverBegun === undefined
        ? null
        : { failure: item.ifNeverBegun.failure, expired_policy: item.ifNeverBegun.expiredGrantPolicy },
    overdue_seconds: isCommit ? null : item.overdueSeconds,
    expired_policy: isCommit ? 'return_grant' : item.expiredGrantPolicy,
    return_grant_hours: RETURN_GRANT_LIFETIME_HOURS,
  };
}
