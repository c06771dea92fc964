-- Locks an account, expires what is due in it and begins a due period. Returns it with moved_at = the instant of this
-- call. An account that is not open has null sums; its id is locked instead, as open_account does.
CREATE OR REPLACE FUNCTION ledger.lock_account(p_account_id text) RETURNS ledger.accounts LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts;
  v_now     timestamptz;
BEGIN
  SELECT a.* INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_account_id, 0));
    -- It may have been opened during the wait.
    SELECT a.* INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id FOR NO KEY UPDATE;
  END IF;
  v_now := ledger.clock(v_account);
  IF least(v_account.next_expiry_at, v_account.period_ends_at) <= v_now THEN
    v_account.moved_at := v_now;
    -- Reserved credits are never swept.
    PERFORM ledger.post(v_account, ARRAY(
      SELECT ROW(g.grant_id, 'expire', 'available', 'expired', g.available, NULL, 'expired')::ledger.move
      FROM ledger.grants g
      WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0 AND g.expires_at <= v_now
      ORDER BY g.expires_at, g.ordinal));
    UPDATE ledger.accounts a
    SET next_expiry_at = coalesce((
          SELECT min(g.expires_at) FROM ledger.grants g
          WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0), 'infinity')
    WHERE a.account_id = p_account_id AND a.next_expiry_at <= v_now;
    -- Begins the next period of spend. Nothing was spent since the last one ended.
    UPDATE ledger.accounts a SET period_starts_at = p.starts_at, period_ends_at = p.ends_at, spent_before = a.spent
    FROM ledger.period_at(p_account_id, v_now) p WHERE a.account_id = p_account_id AND a.period_ends_at <= v_now;
    SELECT a.* INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id;
  END IF;
  v_account.account_id := p_account_id;
  v_account.moved_at := v_now;
  RETURN v_account;
END $$;

-- Locks an account for a caller that needs only the account's clock, which is returned.
CREATE OR REPLACE FUNCTION ledger.lock(p_account_id text) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT (ledger.lock_account(p_account_id)).moved_at
$$;

-- Locks accounts (each named once) in sorted order, so that two arrays cannot deadlock; each verb locks its own again
-- for free. Returns the instant at which an array stops and releases its locks: the caller sends the rest again.
CREATE OR REPLACE FUNCTION ledger.lock_accounts(p_account_ids text[]) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  v_locked int;
BEGIN
  PERFORM 1 FROM ledger.accounts a WHERE a.account_id = ANY (p_account_ids) ORDER BY a.account_id FOR NO KEY UPDATE;
  GET DIAGNOSTICS v_locked = ROW_COUNT;
  IF v_locked < cardinality(p_account_ids) THEN
    -- One that is not open may be opened during the wait: lock the rows again, in order.
    PERFORM pg_advisory_xact_lock(hashtextextended(i.id, 0)) FROM (SELECT i AS id FROM unnest(p_account_ids) i
      WHERE NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = i) ORDER BY i) i;
    PERFORM 1 FROM ledger.accounts a WHERE a.account_id = ANY (p_account_ids) ORDER BY a.account_id FOR NO KEY UPDATE;
  END IF;
  RETURN clock_timestamp() + interval '80 milliseconds';
END $$;
