-- Moves what has expired out of available. Called with the accounts locked; reserved credits are never swept.
CREATE OR REPLACE FUNCTION ledger.expire_due(p_account_ids text[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_moves ledger.move[];
BEGIN
  SELECT array_agg(ROW(g.account_id, g.grant_id, 'expire', 'available', 'expired', g.available, NULL, 'expired')::ledger.move
                   ORDER BY g.account_id, g.expires_at, g.ordinal)
  INTO v_moves
  FROM ledger.grants g
  WHERE g.account_id = ANY (p_account_ids) AND g.is_live AND g.available > 0 AND g.expires_at <= p_now;
  PERFORM ledger.post(p_account_ids, v_moves, p_now);
  UPDATE ledger.accounts a
  SET next_expiry_at = coalesce((
        SELECT min(g.expires_at) FROM ledger.grants g WHERE g.account_id = a.account_id AND g.is_live AND g.available > 0
      ), 'infinity')
  WHERE a.account_id = ANY (p_account_ids) AND a.next_expiry_at <= p_now;
END $$;

-- Brings the period that spend is counted in to the present. Called with the accounts locked: nothing was spent since it ended.
CREATE OR REPLACE FUNCTION ledger.roll_periods(p_account_ids text[], p_now timestamptz) RETURNS void
LANGUAGE sql SET enable_seqscan = off AS $$
  UPDATE ledger.accounts a
  SET period_starts_at = ledger.months_after(t.anchor_at, t.number), period_ends_at = ledger.months_after(t.anchor_at, t.number + 1),
      spent_before = a.spent
  FROM (
    SELECT o.account_id, n.anchor_at, ledger.period_number(n.anchor_at, p_now) AS number
    FROM ledger.account_profiles o
    LEFT JOIN ledger.plans p ON p.account_id = o.account_id
    CROSS JOIN LATERAL (SELECT coalesce(p.anchor_at, o.opened_at) AS anchor_at) n
    WHERE o.account_id = ANY (p_account_ids)
  ) t
  WHERE a.account_id = t.account_id AND a.account_id = ANY (p_account_ids) AND a.period_ends_at <= p_now
$$;

-- An account that is not open has no row to lock: its id is locked in its place, by whoever names it and by who opens it.
CREATE OR REPLACE FUNCTION ledger.lock_absent_accounts(p_account_ids text[]) RETURNS void
LANGUAGE plpgsql SET lock_timeout = '2s' SET enable_seqscan = off AS $$
DECLARE
  v_account_id text;
BEGIN
  FOR v_account_id IN
    SELECT DISTINCT i FROM unnest(p_account_ids) i
    WHERE NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = i) ORDER BY i
  LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(v_account_id, 0));
  END LOOP;
END $$;

-- Locks the accounts in sorted order (two batches never wait for each other in a circle), reads the clock after the
-- locks are held, and does what is due in them (expiry, a new period), so that what follows sees only spendable credits.
-- Returns that instant: never before an entry that an account has already, so that its history is in order of time.
-- 2 s: a caller whose batch cannot lock in that time falls back to one item at a time (SQLSTATE 55P03).
CREATE OR REPLACE FUNCTION ledger.lock_accounts(p_account_ids text[]) RETURNS timestamptz
LANGUAGE plpgsql SET lock_timeout = '2s' SET enable_seqscan = off AS $$
DECLARE
  v_next_due timestamptz;
  v_moved_at timestamptz;
  v_locked   int;
  v_now      timestamptz;
BEGIN
  FOR attempt IN 1 .. 2 LOOP
    SELECT min(least(locked.next_expiry_at, locked.period_ends_at)), max(locked.moved_at), count(*)
    INTO v_next_due, v_moved_at, v_locked
    FROM (
      SELECT a.next_expiry_at, a.period_ends_at, a.moved_at FROM ledger.accounts a
      WHERE a.account_id = ANY (p_account_ids)
      ORDER BY a.account_id
      FOR NO KEY UPDATE
    ) locked;
    EXIT WHEN attempt = 2 OR v_locked = cardinality(p_account_ids);
    -- One may have been opened while this was waited for: the rows are locked again.
    PERFORM ledger.lock_absent_accounts(p_account_ids);
  END LOOP;
  v_now := greatest(ledger.clock(), v_moved_at);
  IF v_next_due <= v_now THEN
    PERFORM ledger.expire_due(p_account_ids, v_now);
    PERFORM ledger.roll_periods(p_account_ids, v_now);
  END IF;
  RETURN v_now;
END $$;
