-- Up Migration
-- What is read. What serves a customer takes the account first and sees nothing beyond it.

-- The live balance and the grants that still hold something, in burn order. What has expired is not available, swept or not.
CREATE FUNCTION ledger.read_balance(p_account_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH grant_now AS (
    SELECT g.*, CASE WHEN g.expires_at > ledger.clock() THEN g.available ELSE 0 END AS spendable
    FROM ledger.grants g WHERE g.account_id = p_account_id
  )
  SELECT jsonb_build_object(
    'account_id', a.account_id,
    'available', (SELECT coalesce(sum(g.spendable), 0) FROM grant_now g),
    'reserved', a.reserved,
    'spent_this_period', a.spent,
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

-- The usage history, newest first, older than p_before (null: from the newest). credits is signed, as the available
-- balance saw it. Filters are null when not asked for.
CREATE FUNCTION ledger.read_entries(p_account_id text, p_before bigint, p_limit int, p_kinds text[], p_job_id text,
                                    p_from timestamptz, p_to timestamptz)
RETURNS TABLE (seq bigint, kind text, credits bigint, job_id text, output_id text, grant_id text, reason text,
               balance_after bigint, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.seq, e.kind::text,
         ledger.delta('available', e.from_bucket, e.to_bucket, e.amount),
         r.job_id, r.output_id, e.grant_id, e.reason, e.balance_after, e.created_at
  FROM ledger.entries e
  LEFT JOIN ledger.reservations r ON r.account_id = e.account_id AND r.reservation_id = e.reservation_id
  WHERE e.account_id = p_account_id
    AND (p_before IS NULL OR e.seq < p_before)
    AND (p_kinds IS NULL OR e.kind::text = ANY (p_kinds))
    AND (p_job_id IS NULL OR r.job_id = p_job_id)
    AND (p_from IS NULL OR e.created_at >= p_from)
    AND (p_to IS NULL OR e.created_at < p_to)
  ORDER BY e.seq DESC
  LIMIT p_limit
$$;

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
