-- The number of an account's last entry before an instant; 0 when there is none. Entries are in order of time and without
-- gaps, so that halving finds it by the key alone.
CREATE OR REPLACE FUNCTION ledger.last_entry_before(p_account_id text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_low    bigint := 0;  -- before the instant
  v_high   bigint;       -- not before it
  v_middle bigint;
BEGIN
  SELECT a.entry_seq + 1 INTO v_high FROM ledger.accounts a WHERE a.account_id = p_account_id;
  WHILE v_high - v_low > 1 LOOP
    v_middle := (v_low + v_high) / 2;
    IF (SELECT e.created_at < p_at FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq = v_middle) THEN
      v_low := v_middle;
    ELSE
      v_high := v_middle;
    END IF;
  END LOOP;
  RETURN v_low;
END $$;

-- The numbers of all entries a reservation made: its reserving, its ending, its refunds.
CREATE OR REPLACE FUNCTION ledger.entries_of_reservation(p_account_id text, p_reservation_id text) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
  SELECT generate_series(lower(run.entries), upper(run.entries) - 1)
  FROM (
    SELECT unnest(ARRAY[r.reserve_entries, r.settle_entries]) FROM ledger.reservations r
    WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id
    UNION ALL
    SELECT f.entries FROM ledger.refunds f WHERE f.account_id = p_account_id AND f.reservation_id = p_reservation_id
  ) run (entries)
  WHERE NOT isempty(run.entries)
$$;

-- What an entry charged: reserved credits that were committed, or a spend.
CREATE OR REPLACE FUNCTION ledger.charged_by(p_entry ledger.entries) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_entry.to_bucket WHEN 'spent' THEN p_entry.amount ELSE 0 END
$$;

-- What an entry refunded of an earlier charge. (Into an expired grant it is two entries: the old grant's end is none of it.)
CREATE OR REPLACE FUNCTION ledger.refunded_by(p_entry ledger.entries) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_entry.kind = 'refund' OR (p_entry.kind = 'void' AND p_entry.from_bucket = 'spent')
              THEN p_entry.amount ELSE 0 END
$$;

-- Entries between two numbers (both excluded; null: without end), each with the job it was for.
CREATE OR REPLACE FUNCTION ledger.history(p_account_id text, p_after bigint, p_before bigint, p_reservation_ids text[])
RETURNS SETOF ledger.history_line LANGUAGE sql STABLE AS $$
  SELECT e.seq, e.kind::text, ledger.delta('available', e.from_bucket, e.to_bucket, e.amount), ledger.charged_by(e),
         ledger.refunded_by(e), r.job_id, r.output_id, e.grant_id, e.reason, e.balance_after::bigint, e.created_at
  FROM ledger.entries e
  LEFT JOIN ledger.reservations r ON r.account_id = e.account_id AND r.reservation_id = e.reservation_id
  WHERE e.account_id = p_account_id AND e.seq > p_after AND e.seq < coalesce(p_before, 9223372036854775807)
    AND (p_reservation_ids IS NULL OR e.seq = ANY (ARRAY(
      SELECT n FROM unnest(p_reservation_ids) i CROSS JOIN LATERAL ledger.entries_of_reservation(p_account_id, i) n)))
$$;

-- The usage history, newest first, older than p_before (null: from the newest). Filters are null when not asked for;
-- p_reservation_ids: of these alone.
CREATE OR REPLACE FUNCTION ledger.read_entries(
  p_account_id text, p_before bigint, p_limit int, p_kinds text[], p_reservation_ids text[], p_from timestamptz,
  p_to timestamptz
) RETURNS SETOF ledger.history_line LANGUAGE plpgsql AS $$
DECLARE
  v_after  bigint := 0;
  v_before bigint := p_before;
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  IF p_from IS NOT NULL THEN
    v_after := ledger.last_entry_before(p_account_id, p_from);
  END IF;
  IF p_to IS NOT NULL THEN
    v_before := least(v_before, ledger.last_entry_before(p_account_id, p_to) + 1);
  END IF;
  RETURN QUERY
    SELECT h.* FROM ledger.history(p_account_id, v_after, v_before, p_reservation_ids) h
    WHERE p_kinds IS NULL OR h.kind = ANY (p_kinds)
    ORDER BY h.seq DESC LIMIT p_limit;
END $$;
