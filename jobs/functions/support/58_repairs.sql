-- Puts reservations on the repair queue, or takes them off (why null). Items: account_id, reservation_id, why.
CREATE OR REPLACE FUNCTION jobs.record_repairs(p_items jsonb) RETURNS void LANGUAGE sql AS $$
  DELETE FROM jobs.repairs p USING jsonb_to_recordset(p_items) AS i (account_id text, reservation_id text, why text)
  WHERE i.why IS NULL AND p.account_id = i.account_id AND p.reservation_id = i.reservation_id;
  WITH now AS MATERIALIZED (SELECT ledger.clock() AS at)
  INSERT INTO jobs.repairs AS p (account_id, reservation_id, why, tries, first_seen_at, last_seen_at)
  SELECT DISTINCT ON (i.account_id, i.reservation_id) i.account_id, i.reservation_id, i.why, 1, n.at, n.at
  FROM jsonb_to_recordset(p_items) AS i (account_id text, reservation_id text, why text), now n
  WHERE i.why IS NOT NULL ORDER BY i.account_id, i.reservation_id
  ON CONFLICT (account_id, reservation_id) DO UPDATE
  SET why = excluded.why, tries = p.tries + 1, last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
$$;

-- A page of the queue, oldest first, after a position: of one account, or of all (null); those that are settled by now,
-- or the others. first_seen_at is text: a position keeps its microseconds.
CREATE OR REPLACE FUNCTION jobs.list_repairs(
  p_account_id text, p_is_resolved boolean, p_at timestamptz, p_after_account_id text, p_after_reservation_id text,
  p_limit int
) RETURNS TABLE (repair jsonb, first_seen_at text, account_id text, reservation_id text) LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(p) || jsonb_build_object('job_id', r.job_id, 'output_id', r.output_id, 'credits', r.amount,
                                           'return_by', r.return_by, 'resolved_at', r.settled_at),
         p.first_seen_at::text, p.account_id, p.reservation_id
  FROM jobs.repairs p
  JOIN ledger.reservations r USING (account_id, reservation_id)
  WHERE (p_account_id IS NULL OR p.account_id = p_account_id) AND (r.state <> 'open') = p_is_resolved
    AND (p_at IS NULL
         OR (p.first_seen_at, p.account_id, p.reservation_id) > (p_at, p_after_account_id, p_after_reservation_id))
  ORDER BY p.first_seen_at, p.account_id, p.reservation_id LIMIT p_limit
$$;
