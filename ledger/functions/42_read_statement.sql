-- Opening and closing balance of a stretch of time (null: since the opening, until now), and the changes of the
-- available balance by kind. charged: before refunds. Its entries are numbered from `after` + 1 to `last`.
CREATE OR REPLACE FUNCTION ledger.read_statement(p_account_id text, p_from timestamptz, p_to timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_from  timestamptz;
  v_first bigint;
  v_last  bigint;
  v_opening bigint;
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  SELECT coalesce(p_from, o.opened_at) INTO v_from FROM ledger.account_profiles o WHERE o.account_id = p_account_id;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF p_to IS NULL THEN
    -- Whole milliseconds, as it is shown, after every entry so far. The account's clock goes on from there, so that the
    -- next statement can begin where this one ends.
    UPDATE ledger.accounts a
    SET moved_at = greatest(
          date_trunc('milliseconds', ledger.clock(a)), (
            SELECT date_trunc('milliseconds', e.created_at) + interval '1 millisecond'
            FROM ledger.entries e WHERE e.account_id = a.account_id AND e.seq = a.entry_seq))
    WHERE a.account_id = p_account_id RETURNING a.moved_at INTO p_to;
  END IF;
  v_first := ledger.last_entry_before(p_account_id, v_from);
  v_opening := coalesce((
    SELECT e.balance_after FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq = v_first), 0);
  v_last := greatest(v_first, ledger.last_entry_before(p_account_id, p_to));  -- one that ends before it begins is empty
  RETURN (
    WITH moved AS (
      SELECT e.kind, sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount)) AS credits,
             sum(e.amount) FILTER (WHERE e.to_bucket = 'spent') AS charged, sum(ledger.refunded_by(e)) AS refunded
      FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq > v_first AND e.seq <= v_last GROUP BY e.kind
    )
    SELECT jsonb_build_object(
      'from', v_from, 'to', p_to, 'opening', v_opening, 'closing', v_opening + coalesce(sum(m.credits), 0),
      'after', v_first, 'last', v_last,
      'charged', coalesce(sum(m.charged), 0), 'refunded', coalesce(sum(m.refunded), 0),
      'sums', jsonb_object_agg(k.kind, coalesce(m.credits, 0)))
    FROM unnest(enum_range(NULL::ledger.entry_kind)) k (kind) LEFT JOIN moved m ON m.kind = k.kind);
END $$;
