-- The number of an account's last entry before an instant; 0: none. A binary search, since they are in order of time.
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

-- The numbers of a reservation's entries: its reserve, its settlement, its refunds.
CREATE OR REPLACE FUNCTION ledger.entries_of_reservation(p_account_id text, p_reservation_id text) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
  SELECT generate_series(lower(run.entries), upper(run.entries) - 1) FROM (
    SELECT unnest(ARRAY[r.reserve_entries, r.settle_entries]) FROM ledger.reservations r
    WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id
    UNION ALL
    SELECT f.entries FROM ledger.refunds f WHERE f.account_id = p_account_id AND f.reservation_id = p_reservation_id
  ) run (entries) WHERE NOT isempty(run.entries)
$$;

-- The credits that an entry refunds. (A refund to an expired grant is two entries, of which the second counts.)
CREATE OR REPLACE FUNCTION ledger.refunded_by(p_entry ledger.entries) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_entry.kind = 'refund' OR (p_entry.kind = 'void' AND p_entry.from_bucket = 'spent')
              THEN p_entry.amount ELSE 0 END
$$;

-- A page of the usage history, newest first, before entry p_before (null: from the newest). A null filter filters
-- nothing. credits: the change of the available balance.
CREATE OR REPLACE FUNCTION ledger.read_entries(
  p_account_id text, p_before bigint, p_limit int, p_kinds text[], p_reservation_ids text[], p_from timestamptz,
  p_to timestamptz
) RETURNS TABLE (
  seq bigint, kind text, credits bigint, charged bigint, refunded bigint, job_id text, output_id text, grant_id text,
  reason text, balance_after bigint, created_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
  v_after  bigint;
  v_before bigint;
  v_seqs   bigint[];
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  v_after := CASE WHEN p_from IS NULL THEN 0 ELSE ledger.last_entry_before(p_account_id, p_from) END;
  v_before := least(p_before, CASE WHEN p_to IS NOT NULL THEN ledger.last_entry_before(p_account_id, p_to) + 1 END);
  IF p_reservation_ids IS NOT NULL THEN
    v_seqs := ARRAY(SELECT ledger.entries_of_reservation(p_account_id, i) FROM unnest(p_reservation_ids) i);
  END IF;
  -- Each reservation of the page is looked up once: a reserve and its commit are two entries.
  RETURN QUERY
    WITH page AS MATERIALIZED (
      SELECT e.* FROM ledger.entries e
      WHERE e.account_id = p_account_id AND e.seq > v_after AND e.seq < coalesce(v_before, 9223372036854775807)
        AND (v_seqs IS NULL OR e.seq = ANY (v_seqs)) AND (p_kinds IS NULL OR e.kind::text = ANY (p_kinds))
      ORDER BY e.seq DESC LIMIT p_limit
    ), held AS MATERIALIZED (
      SELECT r.reservation_id, r.job_id, r.output_id FROM (SELECT DISTINCT e.reservation_id FROM page e) i
      CROSS JOIN LATERAL ledger.reservation_of(p_account_id, i.reservation_id) r)
    SELECT e.seq, e.kind::text, ledger.delta('available', e.from_bucket, e.to_bucket, e.amount),
           greatest(ledger.delta('spent', e.from_bucket, e.to_bucket, e.amount), 0),
           ledger.refunded_by(ROW(e.*)::ledger.entries), h.job_id, h.output_id, e.grant_id, e.reason,
           e.balance_after::bigint, e.created_at
    FROM page e LEFT JOIN held h ON h.reservation_id = e.reservation_id ORDER BY e.seq DESC;
END $$;
