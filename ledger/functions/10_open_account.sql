-- Opens an account, once per reference. opened | exists, with what is stored. p_low_balance_at: the level of the
-- low-balance notice until the account sets its own.
CREATE OR REPLACE FUNCTION ledger.open_account(
  p_account_id text, p_reference text, p_name text, p_low_balance_at bigint DEFAULT 0, p_actor text DEFAULT NULL,
  p_low_balance_rise bigint DEFAULT 0, p_mode text DEFAULT 'live'
) RETURNS TABLE (
  outcome text, account_id text, name text, opened_at timestamptz, mode text, frozen_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.clock();
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_account_id, 0));
  INSERT INTO ledger.account_profiles (account_id, reference, name, opened_at)
  VALUES (p_account_id, p_reference, p_name, v_now) ON CONFLICT DO NOTHING;
  outcome := CASE WHEN FOUND THEN 'opened' ELSE 'exists' END;
  IF outcome = 'opened' THEN
    INSERT INTO ledger.accounts (account_id, period_starts_at, period_ends_at, low_balance_at, low_balance_rise, mode)
    VALUES (p_account_id, v_now, ledger.months_after(v_now, 1), p_low_balance_at, p_low_balance_rise, p_mode);
    PERFORM ledger.record_action(p_account_id, p_actor, 'open_account', 'opened',
                                 jsonb_build_object('name', p_name, 'mode', p_mode), v_now);
  END IF;
  RETURN QUERY
    SELECT outcome, p.account_id, p.name, p.opened_at, a.mode::text, a.frozen_at
    FROM ledger.account_profiles p JOIN ledger.accounts a USING (account_id) WHERE p.reference = p_reference;
END $$;
