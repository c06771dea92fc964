-- What an account has now, by source of its grants, and what moved it from an instant on, by day (of its clock, in
-- UTC): so what it had at the end of each day is counted back from now.
CREATE OR REPLACE FUNCTION ledger.read_balance_days(p_account_id text, p_from timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  RETURN jsonb_build_object('now', ledger.clock_of(p_account_id), 'held', (
    SELECT coalesce(jsonb_agg(h), '[]') FROM (
      SELECT g.source, sum(g.available) AS available, sum(g.reserved) AS reserved
      FROM ledger.grants g WHERE g.account_id = p_account_id AND g.is_live GROUP BY 1) h),
  'moved', (
    SELECT coalesce(jsonb_agg(m), '[]') FROM (
      SELECT (e.created_at AT TIME ZONE 'UTC')::date AS day, g.source, sum(d.available) AS available,
             sum(d.reserved) AS reserved
      FROM ledger.entries e JOIN ledger.grants g USING (account_id, grant_id),
           ledger.deltas(e.from_bucket, e.to_bucket, e.amount) d
      WHERE e.account_id = p_account_id AND e.seq > ledger.last_entry_before(p_account_id, p_from) GROUP BY 1, 2) m));
END $$;
