import pg from 'pg';

/** A call that was made, and what its caller was told; outcome null: its caller read no result. */
export type RecordedCall = {
  readonly verb: string;
  readonly accountId: string;
  /** The key: of the grant, reservation, spend, refund or plan call. */
  readonly id: string;
  /** The other thing that the call names: the reservation of a refund, the inviter, the plan. */
  readonly about?: string;
  readonly credits?: number | null;
  readonly outcome: string | null;
  /** What was answered besides: committed and released; refunded; voided and not recovered. */
  readonly numbers?: readonly number[];
};

/** Rows of one insert: memory stays bounded however long the run is. */
const ROWS_PER_INSERT = 10_000;

export type CallRecord = {
  readonly add: (call: RecordedCall) => void;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The results that callers have read, in a table beside the ledger, written over a connection that is never killed. */
export async function createCallRecord(url: string): Promise<CallRecord> {
  const client = new pg.Client({ connectionString: url, application_name: 'soak-record' });
  await client.connect();
  await client.query(`
    CREATE SCHEMA soak;
    CREATE UNLOGGED TABLE soak.calls (verb text, account_id text, id text, about text, credits bigint, outcome text, numbers bigint[])`);
  let waiting: RecordedCall[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  const flush = () => {
    const calls = waiting.map((call) => ({ ...call, account_id: call.accountId }));
    waiting = [];
    writing = writing.then(() =>
      client.query(
        `INSERT INTO soak.calls SELECT verb, account_id, id, about, credits, outcome, numbers
         FROM jsonb_to_recordset($1) AS c (verb text, account_id text, id text, about text, credits bigint, outcome text, numbers bigint[])`,
        [JSON.stringify(calls)],
      ),
    );
    return writing.then(() => undefined);
  };
  return {
    add: (call) => {
      waiting.push(call);
      if (waiting.length >= ROWS_PER_INSERT) void flush();
    },
    flush,
    close: () => client.end(),
  };
}
