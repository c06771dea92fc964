-- An account that is not open has no row to lock: those who name its id and the call that opens it lock the id in its place.
CREATE OR REPLACE FUNCTION ledger.lock_absent_account(p_account_id text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended(p_account_id, 0))
$$;

-- Locks one account, and then does what is due in it by its clock (expiry, a new period), so that what follows sees only
-- spendable credits. Returns the account with moved_at at this call's instant; without sums when there is no such account.
-- Its callers wait for a lock as long as their lock_timeout says (SQLSTATE 55P03).
CREATE OR REPLACE FUNCTION ledger.lock_account(p_account_id text) RETURNS ledger.accounts LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts;
  v_now     timestamptz;
BEGIN
  SELECT a.* INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM ledger.lock_absent_account(p_account_id);
    -- It may have been opened while this was waited for.
    SELECT a.* INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id FOR NO KEY UPDATE;
  END IF;
  v_now := ledger.clock(v_account);
  IF least(v_account.next_expiry_at, v_account.period_ends_at) <= v_now THEN
    PERFORM ledger.expire_due(p_account_id, v_now);
    PERFORM ledger.roll_period(p_account_id, v_now);
    SELECT a.* INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id;
  END IF;
  v_account.account_id := p_account_id;
  v_account.moved_at := v_now;
  RETURN v_account;
END $$;

-- The same for a caller that moves no credits itself: returns the account's now.
CREATE OR REPLACE FUNCTION ledger.lock(p_account_id text) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT (ledger.lock_account(p_account_id)).moved_at
$$;

-- Locks accounts (each named once) in sorted order, so that two arrays never wait for each other in a circle. Each verb then
-- locks its own again, which costs nothing, and reads that account's clock.
CREATE OR REPLACE FUNCTION ledger.lock_accounts(p_account_ids text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_account_id text;
  v_locked     int;
BEGIN
  FOR attempt IN 1 .. 2 LOOP
    PERFORM 1 FROM ledger.accounts a WHERE a.account_id = ANY (p_account_ids) ORDER BY a.account_id FOR NO KEY UPDATE;
    GET DIAGNOSTICS v_locked = ROW_COUNT;
    EXIT WHEN v_locked = cardinality(p_account_ids);
    -- Of those that are not open one may be opened meanwhile: then the rows are locked again, in their order.
    FOR v_account_id IN
      SELECT DISTINCT i FROM unnest(p_account_ids) i
      WHERE NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = i) ORDER BY i
    LOOP
      PERFORM ledger.lock_absent_account(v_account_id);
    END LOOP;
  END LOOP;
END $$;

-- When an array must have let go of its locks: what it has not come to by then its caller sends again.
CREATE OR REPLACE FUNCTION ledger.array_deadline() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT clock_timestamp() + interval '80 milliseconds'
$$;

-- Moves what has expired out of available. Called with the account locked; reserved credits are never swept.
CREATE OR REPLACE FUNCTION ledger.expire_due(p_account_id text, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_moves ledger.move[];
BEGIN
  SELECT array_agg(ROW(g.grant_id, 'expire', 'available', 'expired', g.available, NULL, 'expired')::ledger.move
                   ORDER BY g.expires_at, g.ordinal)
  INTO v_moves
  FROM ledger.grants g
  WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0 AND g.expires_at <= p_now;
  PERFORM ledger.post(p_account_id, v_moves, p_now);
  UPDATE ledger.accounts a
  SET next_expiry_at = coalesce((
        SELECT min(g.expires_at) FROM ledger.grants g
        WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0), 'infinity')
  WHERE a.account_id = p_account_id AND a.next_expiry_at <= p_now;
END $$;

-- Brings the period that spend is counted in to the present. Called with the account locked: nothing was spent since it ended.
CREATE OR REPLACE FUNCTION ledger.roll_period(p_account_id text, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_anchor timestamptz := coalesce(
    (SELECT p.anchor_at FROM ledger.plans p WHERE p.account_id = p_account_id),
    (SELECT o.opened_at FROM ledger.account_profiles o WHERE o.account_id = p_account_id));
  v_number int := ledger.period_number(v_anchor, p_now);
BEGIN
  UPDATE ledger.accounts a
  SET period_starts_at = ledger.months_after(v_anchor, v_number),
      period_ends_at = ledger.months_after(v_anchor, v_number + 1), spent_before = a.spent
  WHERE a.account_id = p_account_id AND a.period_ends_at <= p_now;
END $$;
