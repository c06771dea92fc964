-- The clock of a test account can be moved on, so that months of renewals, expiries and returns are tried in seconds.

-- Where the account's clock stands (and how far it is ahead of the machine's), and where it was asked to go; null: it
-- is there. No row: no such account.
CREATE OR REPLACE FUNCTION ledger.read_clock(p_account_id text)
RETURNS TABLE (now timestamptz, target timestamptz, ahead text) LANGUAGE sql STABLE AS $$
  SELECT ledger.clock(a), a.clock_target, a.clock_ahead::text FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;

-- Asks for an instant. asked (again, too) | there (it was asked for, and is reached) | account_not_found |
-- live_account | in_the_past | too_far (more than p_max_months from the account's now) | advancing (to another
-- instant, which comes first).
CREATE OR REPLACE FUNCTION ledger.ask_clock(
  p_account_id text, p_target timestamptz, p_max_months int, p_actor text
) RETURNS TABLE (outcome text, now timestamptz, target timestamptz) LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_account_id);
BEGIN
  now := v_account.moved_at;
  outcome := CASE
    WHEN v_account.mode IS NULL THEN 'account_not_found'
    WHEN v_account.mode <> 'test' THEN 'live_account'
    WHEN v_account.clock_target = p_target THEN 'asked'
    WHEN v_account.clock_target IS NOT NULL THEN 'advancing'
    WHEN EXISTS (
      SELECT 1 FROM ledger.operator_actions o
      WHERE o.account_id = p_account_id AND o.action = 'advance_clock'
        AND o.detail->'to' = to_jsonb(p_target)) THEN 'there'
    WHEN p_target <= now THEN 'in_the_past'
    WHEN p_target > ledger.months_after(now, p_max_months) THEN 'too_far'
    ELSE 'asked' END;
  target := CASE WHEN outcome = 'asked' THEN p_target ELSE v_account.clock_target END;
  IF outcome = 'asked' AND v_account.clock_target IS NULL THEN
    UPDATE ledger.accounts a SET clock_target = p_target WHERE a.account_id = p_account_id;
    PERFORM ledger.record_action(p_account_id, p_actor, 'advance_clock', 'test',
                                 jsonb_build_object('from', now, 'to', p_target), now);
  END IF;
  RETURN NEXT;
END $$;

-- Moves the clock to the next instant at which something falls due on its way, or to its end. Called again once that
-- is done; returns false when there is nowhere left to go. p_ahead: how far ahead it was when the caller did what was
-- due: where another has moved it since, that is not done yet, and it stays.
CREATE OR REPLACE FUNCTION ledger.step_clock(p_account_id text, p_ahead text, p_overdue_seconds float) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts;
  v_now     timestamptz;
  v_next    timestamptz;
BEGIN
  SELECT a.* INTO v_account FROM ledger.accounts a
  WHERE a.account_id = p_account_id AND a.clock_target IS NOT NULL FOR NO KEY UPDATE;
  IF v_account.clock_ahead <> p_ahead::interval THEN
    RETURN true;
  END IF;
  v_now := ledger.clock(v_account);
  SELECT least(v_account.clock_target, min(d.at)) INTO v_next FROM (
    SELECT v_account.next_expiry_at AS at
    UNION ALL SELECT ledger.expiry_notice_at(g) FROM ledger.grants g
    WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0 AND g.expires_at < 'infinity'
    UNION ALL SELECT p.period_ends_at FROM ledger.plans p WHERE p.account_id = p_account_id AND p.plan IS NOT NULL
    UNION ALL SELECT r.return_by + make_interval(secs => p_overdue_seconds) FROM ledger.reservations r
    WHERE r.account_id = p_account_id AND r.state = 'open') d
  WHERE d.at > v_now;
  UPDATE ledger.accounts a
  SET clock_ahead = a.clock_ahead + greatest(v_next - v_now, '0'),
      clock_target = CASE WHEN v_now < a.clock_target THEN a.clock_target END
  WHERE a.account_id = p_account_id AND a.clock_target IS NOT NULL;
  RETURN coalesce(v_now < v_account.clock_target, false);
END $$;

-- Accounts whose clock is ahead or on its way, after one, in the order of their ids: what the machine's clock does not
-- call due may be due there.
CREATE OR REPLACE FUNCTION ledger.read_moved_clocks(p_after_account_id text, p_limit int) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT a.account_id FROM ledger.accounts a
  WHERE (a.clock_ahead > '0' OR a.clock_target IS NOT NULL) AND a.account_id > p_after_account_id
  ORDER BY a.account_id LIMIT p_limit
$$;
