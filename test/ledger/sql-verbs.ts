import type pg from 'pg';

/** The ledger's verbs, which processes reach through the functions of jobs only: called here as the owner, one by one. */
type Client = pg.Client | pg.Pool | pg.PoolClient;

export type VerbName = 'grant' | 'reserve' | 'settle' | 'spend' | 'refund' | 'void';

/** The arguments of a verb, by the names of its parameters without p_. An argument that is left out is null. */
export type VerbItem = Readonly<Record<string, unknown>>;

type Row = Record<string, unknown>;

/** The parameters of each verb, in order, with the type they are sent as. */
const PARAMETERS: Readonly<Record<Exclude<VerbName, 'reserve'>, readonly (readonly [string, string])[]>> = {
  grant: [
    ...[['account_id', 'text'] as const, ['grant_id', 'text'] as const, ['source', 'text'] as const],
    ...[['priority', 'int'] as const, ['amount', 'bigint'] as const, ['expires_at', 'timestamptz'] as const],
    ...[['lives', 'interval'] as const, ['reason', 'text'] as const, ['reference', 'text'] as const],
    ['actor', 'text'],
  ],
  settle: [
    ...[['account_id', 'text'] as const, ['reservation_id', 'text'] as const, ['verb', 'text'] as const],
    ...[['amount', 'bigint'] as const, ['cause', 'text'] as const, ['expired_policy', 'text'] as const],
    ['return_grant_hours', 'int'],
  ],
  spend: [
    ...[['account_id', 'text'] as const, ['spend_id', 'text'] as const, ['amount', 'bigint'] as const],
    ...[['note', 'text'] as const, ['member', 'text'] as const, ['project', 'text'] as const],
  ],
  refund: [
    ...[['account_id', 'text'] as const, ['reservation_id', 'text'] as const, ['refund_id', 'text'] as const],
    ...[['amount', 'bigint'] as const, ['reason', 'text'] as const, ['actor', 'text'] as const],
    ['goodwill_seconds', 'float8'],
  ],
  void: [
    ...[['account_id', 'text'] as const, ['grant_id', 'text'] as const, ['reason', 'text'] as const],
    ['actor', 'text'],
  ],
};

const FUNCTIONS: Readonly<Record<Exclude<VerbName, 'reserve'>, string>> = {
  grant: 'ledger.grant_credits',
  settle: 'ledger.settle',
  spend: 'ledger.spend',
  refund: 'ledger.refund',
  void: 'ledger.void_grant',
};

/** Verbs whose first argument is the account as ledger.lock_account returned it. */
const TAKES_LOCKED_ACCOUNT: ReadonlySet<VerbName> = new Set(['settle', 'spend']);

/** Calls a verb once; its row, with an outcome. */
export async function callVerb(
  client: Client,
  verb: Exclude<VerbName, 'reserve'>,
  item: VerbItem,
): Promise<Row> {
  const parameters = PARAMETERS[verb];
  const holes = parameters
    .map(([, type], index) => `$${String(index + 1)}::${type}`)
    .map((hole, index) =>
      index === 0 && TAKES_LOCKED_ACCOUNT.has(verb) ? `ledger.lock_account(${hole})` : hole,
    )
    .join(', ');
  const { rows } = await client.query<Row>(
    `SELECT * FROM ${FUNCTIONS[verb]}(${holes}) ${verb === 'grant' ? 'AS g (outcome)' : ''}`,
    parameters.map(([name]) => item[name] ?? null),
  );
  return rows[0] ?? {};
}

/** Reserves parts together: items of one account and job, which say what each reserves. `total`: their sum unless given. */
export async function callReserve(client: Client, parts: readonly VerbItem[], total?: number): Promise<Row> {
  const first = parts[0] ?? {};
  const { rows } = await client.query<Row>(
    `SELECT * FROM ledger.reserve(ledger.lock_account($1), $2, (
       SELECT array_agg(ROW(p.reservation_id, p.output_id, p.amount)::ledger.part ORDER BY p.ordinal)
       FROM ROWS FROM (jsonb_to_recordset($3) AS (reservation_id text, output_id text, amount bigint))
            WITH ORDINALITY p (reservation_id, output_id, amount, ordinal)),
     coalesce($4::bigint, (SELECT sum(p.amount) FROM jsonb_to_recordset($3) AS p (amount bigint)), 0)::bigint, $5, $6, $7, $8)`,
    [
      first['account_id'],
      first['job_id'] ?? null,
      JSON.stringify(parts),
      total ?? null,
      first['reason'] ?? 'generation',
      'return_after_seconds' in first ? (first['return_after_seconds'] ?? null) : 900,
      first['member'] ?? null,
      first['project'] ?? null,
    ],
  );
  return rows[0] ?? {};
}

/**
 * Calls a verb for items, one after the other in one transaction, their accounts locked in sorted order first, as the
 * functions of jobs do. A row for each item. Items of a reserve that name a `group_id` are reserved together.
 */
export async function callVerbs(
  pool: pg.Pool,
  verb: VerbName,
  items: readonly VerbItem[],
): Promise<readonly Row[]> {
  if (items.length === 1) return playVerbs(pool, verb, items);
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '2s'`);
    const accountIds = items.map((item) => item['account_id']);
    await client.query('SELECT ledger.lock_accounts(ARRAY(SELECT DISTINCT unnest($1::text[])))', [
      accountIds,
    ]);
    const rows = await playVerbs(client, verb, items);
    await client.query('COMMIT');
    client.release();
    return rows;
  } catch (error) {
    // Its connection may be gone: the transaction ends with it.
    client.release(true);
    throw error;
  }
}

/** The same in the caller's own transaction, without the locks in advance. */
export async function playVerbs(
  client: Client,
  verb: VerbName,
  items: readonly VerbItem[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const unit of unitsOf(verb, items)) {
    const row =
      verb === 'reserve' ? await callReserve(client, unit) : await callVerb(client, verb, unit[0] ?? {});
    rows.push(...unit.map(() => row));
  }
  return rows;
}

/** Neighbours of one group are one unit; every other item is one of its own. */
function unitsOf(verb: VerbName, items: readonly VerbItem[]): VerbItem[][] {
  const units: VerbItem[][] = [];
  for (const item of items) {
    const group = verb === 'reserve' ? (item['group_id'] ?? null) : null;
    const last = units.at(-1);
    if (group !== null && last?.[0]?.['group_id'] === group) last.push(item);
    else units.push([item]);
  }
  return units;
}
