-- Up Migration
-- What is read. What serves a customer takes the account first and sees nothing beyond it.

-- The live balance and the grants that still hold something, in burn order. What has expired is not available, swept or not.
CREATE FUNCTION ledger.read_balance(p_account_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  WITH grant_now AS (
    SELECT g.*, CASE WHEN g.expires_at > ledger.clock() THEN g.available ELSE 0 END AS spendable
    FROM ledger.grants g WHERE g.account_id = p_account_id AND g.is_live
  )
  SELECT jsonb_build_object(
    'account_id', a.account_id,
    'available', (SELECT coalesce(sum(g.spendable), 0) FROM grant_now g),
    'reserved', a.reserved,
    'spent_this_period', CASE WHEN a.period_ends_at > ledger.clock() THEN a.spent - a.spent_before ELSE 0 END,
    'grants', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', g.grant_id, 'source', g.source, 'band', g.band, 'amount', g.amount,
               'available', g.spendable, 'reserved', g.reserved, 'spent', g.spent, 'effective_at', g.effective_at,
               'expires_at', nullif(g.expires_at, 'infinity')) ORDER BY g.band, g.expires_at, g.ordinal)
      FROM grant_now g WHERE g.spendable > 0 OR g.reserved > 0), '[]'),
    'next_expiry', (
      SELECT jsonb_build_object('at', g.expires_at, 'credits', sum(g.spendable))
      FROM grant_now g WHERE g.spendable > 0 AND g.expires_at < 'infinity' GROUP BY g.expires_at ORDER BY g.expires_at LIMIT 1))
  FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;

CREATE FUNCTION ledger.read_account(p_account_id text)
RETURNS TABLE (account_id text, name text, reference text, opened_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.account_id, p.name, p.reference, p.opened_at FROM ledger.account_profiles p WHERE p.account_id = p_account_id
$$;

-- One grant; null when the account has none of that id.
CREATE FUNCTION ledger.read_grant(p_account_id text, p_grant_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  SELECT jsonb_build_object('id', g.grant_id, 'source', g.source, 'band', g.band, 'amount', g.amount,
    'available', CASE WHEN g.expires_at > ledger.clock() THEN g.available ELSE 0 END, 'reserved', g.reserved, 'spent', g.spent,
    'effective_at', g.effective_at, 'expires_at', nullif(g.expires_at, 'infinity'))
  FROM ledger.grants g WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id
$$;

-- The number of an account's last entry before an instant; 0 when there is none. Entries are in order of time and without
-- gaps, so that halving finds it by the key alone.
CREATE FUNCTION ledger.last_entry_before(p_account_id text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
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
CREATE FUNCTION ledger.entries_of_reservation(p_account_id text, p_reservation_id text) RETURNS SETOF bigint
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT generate_series(lower(run.entries), upper(run.entries) - 1)
  FROM (
    SELECT unnest(ARRAY[r.reserve_entries, r.settle_entries]) FROM ledger.reservations r
    WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id
    UNION ALL
    SELECT f.entries FROM ledger.refunds f WHERE f.account_id = p_account_id AND f.reservation_id = p_reservation_id
  ) run (entries)
  WHERE NOT isempty(run.entries)
$$;

-- Entries between two numbers (both excluded), each with the job it was for.
CREATE FUNCTION ledger.history(p_account_id text, p_after bigint, p_before bigint, p_reservation_ids text[])
RETURNS TABLE (seq bigint, kind text, credits bigint, job_id text, output_id text, grant_id text, reason text,
               balance_after bigint, created_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT e.seq, e.kind::text, ledger.delta('available', e.from_bucket, e.to_bucket, e.amount),
         r.job_id, r.output_id, e.grant_id, e.reason, e.balance_after, e.created_at
  FROM ledger.entries e
  LEFT JOIN ledger.reservations r ON r.account_id = e.account_id AND r.reservation_id = e.reservation_id
  WHERE e.account_id = p_account_id AND e.seq > p_after AND e.seq < p_before
    AND (p_reservation_ids IS NULL OR e.seq = ANY (ARRAY(
      SELECT n FROM unnest(p_reservation_ids) i CROSS JOIN LATERAL ledger.entries_of_reservation(p_account_id, i) n)))
$$;

-- The usage history, newest first, older than p_before (null: from the newest). credits is signed, as the available
-- balance saw it. Filters are null when not asked for; p_reservation_ids: of these alone.
CREATE FUNCTION ledger.read_entries(p_account_id text, p_before bigint, p_limit int, p_kinds text[], p_reservation_ids text[],
                                    p_from timestamptz, p_to timestamptz)
RETURNS TABLE (seq bigint, kind text, credits bigint, job_id text, output_id text, grant_id text, reason text,
               balance_after bigint, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_after bigint := 0;
  v_before bigint := coalesce(p_before, 9223372036854775807);
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

-- The same in order of time, after an entry, for a statement's rows.
CREATE FUNCTION ledger.read_statement_rows(p_account_id text, p_after bigint, p_limit int, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (seq bigint, kind text, credits bigint, job_id text, output_id text, grant_id text, reason text,
               balance_after bigint, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_after  bigint := p_after;
  v_before bigint := 9223372036854775807;
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  IF p_from IS NOT NULL THEN
    v_after := greatest(v_after, ledger.last_entry_before(p_account_id, p_from));
  END IF;
  IF p_to IS NOT NULL THEN
    v_before := ledger.last_entry_before(p_account_id, p_to) + 1;
  END IF;
  RETURN QUERY
    SELECT h.* FROM ledger.history(p_account_id, v_after, v_before, NULL) h ORDER BY h.seq LIMIT p_limit;
END $$;

-- Open reservations for the reconciler, in pages by key: those made before p_made_before, or past their return_by.
-- age and overdue are in seconds, by the database's clock.
CREATE FUNCTION ledger.read_open_reservations(p_after_account_id text, p_after_reservation_id text, p_limit int,
                                              p_min_age_seconds double precision)
RETURNS TABLE (account_id text, reservation_id text, job_id text, output_id text, amount bigint, return_by timestamptz,
               overdue_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.account_id, r.reservation_id, r.job_id, r.output_id, r.amount, r.return_by,
         extract(epoch FROM ledger.clock() - r.return_by)::double precision
  FROM ledger.reservations r
  WHERE r.state = 'open' AND (r.account_id, r.reservation_id) > (p_after_account_id, p_after_reservation_id)
    AND r.created_at <= ledger.clock() - make_interval(secs => p_min_age_seconds)
  ORDER BY r.account_id, r.reservation_id
  LIMIT p_limit
$$;

-- Down Migration
