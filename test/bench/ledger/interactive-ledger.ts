import type pg from 'pg';

/**
 * The baseline the ledger is measured against: the same tables, worked as a careful application works them, one client
 * transaction per step and one statement after the other (design.md, "The interactive baseline").
 */
export async function reserveInteractively(
  pool: pg.Pool,
  item: { readonly accountId: string; readonly reservationId: string; readonly credits: number },
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const account = await client.query<{ available: string; entry_seq: string }>({
      name: 'bench.account',
      text: 'SELECT available, entry_seq FROM ledger.accounts WHERE account_id = $1 FOR UPDATE',
      values: [item.accountId],
    });
    const known = await client.query({
      name: 'bench.key',
      text: 'SELECT state FROM ledger.reservations WHERE account_id = $1 AND reservation_id = $2',
      values: [item.accountId, item.reservationId],
    });
    const row = account.rows[0];
    if (row === undefined || known.rows.length > 0 || Number(row.available) < item.credits) {
      throw new Error('the baseline was asked for what it does not measure');
    }
    const grants = await client.query<{ grant_id: string; available: string }>({
      name: 'bench.grants',
      text: `SELECT grant_id, available FROM ledger.grants
             WHERE account_id = $1 AND available > 0 AND expires_at > clock_timestamp()
             ORDER BY band, expires_at, ordinal FOR UPDATE`,
      values: [item.accountId],
    });
    let left = item.credits;
    const parts: { grantId: string; amount: number }[] = [];
    for (const grant of grants.rows) {
      if (left === 0) break;
      const amount = Math.min(left, Number(grant.available));
      left -= amount;
      parts.push({ grantId: grant.grant_id, amount });
      await client.query({
        name: 'bench.take',
        text: 'UPDATE ledger.grants SET available = available - $3, reserved = reserved + $3 WHERE account_id = $1 AND grant_id = $2',
        values: [item.accountId, grant.grant_id, amount],
      });
    }
    const firstSeq = Number(row.entry_seq) + 1;
    await client.query({
      name: 'bench.reservation',
      text: `INSERT INTO ledger.reservations (account_id, reservation_id, reason, amount, state, part_grant_ids, part_amounts,
                                              period_starts_at, return_by, created_at, reserve_entries)
             VALUES ($1, $2, 'generation', $3, 'open', $4, $5, clock_timestamp(), clock_timestamp() + interval '15 min', clock_timestamp(),
                     int8range($6, $7))`,
      values: [
        item.accountId,
        item.reservationId,
        item.credits,
        parts.map((part) => part.grantId),
        parts.map((part) => part.amount),
        firstSeq,
        firstSeq + parts.length,
      ],
    });
    for (const [index, part] of parts.entries()) {
      await insertEntry(
        client,
        item,
        part,
        'reserve',
        'available',
        'reserved',
        firstSeq + index,
        Number(row.available) - item.credits,
      );
    }
    await client.query({
      name: 'bench.hold',
      text: 'UPDATE ledger.accounts SET available = available - $2, reserved = reserved + $2, entry_seq = entry_seq + $3 WHERE account_id = $1',
      values: [item.accountId, item.credits, parts.length],
    });
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

export async function commitInteractively(
  pool: pg.Pool,
  item: { readonly accountId: string; readonly reservationId: string },
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const reservation = await client.query<{
      amount: string;
      part_grant_ids: string[];
      part_amounts: string[];
    }>({
      name: 'bench.held',
      text: `SELECT amount, part_grant_ids, part_amounts FROM ledger.reservations
             WHERE account_id = $1 AND reservation_id = $2 AND state = 'open' FOR UPDATE`,
      values: [item.accountId, item.reservationId],
    });
    const account = await client.query<{ available: string; entry_seq: string }>({
      name: 'bench.account',
      text: 'SELECT available, entry_seq FROM ledger.accounts WHERE account_id = $1 FOR UPDATE',
      values: [item.accountId],
    });
    const held = reservation.rows[0];
    const row = account.rows[0];
    if (held === undefined || row === undefined)
      throw new Error('the baseline was asked for what it does not measure');
    const parts = held.part_grant_ids.map((grantId, index) => ({
      grantId,
      amount: Number(held.part_amounts[index]),
    }));
    const firstSeq = Number(row.entry_seq) + 1;
    for (const part of parts) {
      await client.query({
        name: 'bench.spend',
        text: 'UPDATE ledger.grants SET reserved = reserved - $3, spent = spent + $3 WHERE account_id = $1 AND grant_id = $2',
        values: [item.accountId, part.grantId, part.amount],
      });
    }
    await client.query({
      name: 'bench.charge',
      text: 'UPDATE ledger.accounts SET reserved = reserved - $2, spent = spent + $2, entry_seq = entry_seq + $3 WHERE account_id = $1',
      values: [item.accountId, held.amount, parts.length],
    });
    await client.query({
      name: 'bench.end',
      text: `UPDATE ledger.reservations SET state = 'committed', committed = amount, settled_at = clock_timestamp(),
                    settle_entries = int8range($3, $4) WHERE account_id = $1 AND reservation_id = $2`,
      values: [item.accountId, item.reservationId, firstSeq, firstSeq + parts.length],
    });
    for (const [index, part] of parts.entries()) {
      await insertEntry(
        client,
        item,
        part,
        'commit',
        'reserved',
        'spent',
        firstSeq + index,
        Number(row.available),
      );
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function insertEntry(
  client: pg.PoolClient,
  item: { readonly accountId: string; readonly reservationId: string },
  part: { readonly grantId: string; readonly amount: number },
  kind: string,
  from: string,
  to: string,
  seq: number,
  balanceAfter: number,
): Promise<void> {
  await client.query({
    name: 'bench.entry',
    text: `INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after,
                                       reservation_id, reason, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'bench', clock_timestamp())`,
    values: [
      item.accountId,
      seq,
      kind,
      part.grantId,
      from,
      to,
      part.amount,
      balanceAfter,
      item.reservationId,
    ],
  });
}
