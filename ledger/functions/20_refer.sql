-- Records who invited an account, forever. The inviter gets p_credits for p_lives_months. pending | paid (is_replay: it
-- was recorded before) | account_not_found | inviter_not_found | self_referral | circle (the account invited the
-- inviter, directly or not) | already_referred (by another).
CREATE OR REPLACE FUNCTION ledger.refer(
  p_account_id text, p_inviter_id text, p_credits bigint, p_lives_months int, p_actor text
) RETURNS TABLE (outcome text, is_replay boolean) LANGUAGE plpgsql AS $$
DECLARE
  v_known ledger.referrals;
  v_now   timestamptz;
BEGIN
  IF p_account_id <> p_inviter_id THEN
    -- One at a time: two concurrent referrals could close a circle.
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.referrals', 0));
    PERFORM ledger.lock_accounts(ARRAY[p_account_id, p_inviter_id]);
    v_now := ledger.lock(p_account_id);
    PERFORM ledger.lock(p_inviter_id);
  END IF;
  SELECT r.* INTO v_known FROM ledger.referrals r WHERE r.account_id = p_account_id;
  is_replay := FOUND AND p_account_id <> p_inviter_id;
  outcome := CASE
    WHEN p_account_id = p_inviter_id THEN 'self_referral'
    WHEN v_known.inviter_id <> p_inviter_id THEN 'already_referred'
    WHEN v_known.paid_at IS NOT NULL THEN 'paid'
    WHEN is_replay THEN 'pending'
    WHEN NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = p_account_id) THEN 'account_not_found'
    WHEN NOT EXISTS (SELECT 1 FROM ledger.accounts a JOIN ledger.accounts i USING (mode)
                     WHERE a.account_id = p_account_id AND i.account_id = p_inviter_id) THEN 'inviter_not_found'
    WHEN p_account_id IN (
      WITH RECURSIVE inviters (account_id) AS (
        SELECT p_inviter_id UNION SELECT r.inviter_id FROM inviters i JOIN ledger.referrals r USING (account_id))
      SELECT i.account_id FROM inviters i) THEN 'circle' END;
  IF outcome IS NULL THEN
    INSERT INTO ledger.referrals (account_id, inviter_id, created_at) VALUES (p_account_id, p_inviter_id, v_now);
    PERFORM ledger.record_action(p_account_id, p_actor, 'refer', 'referral',
                                 jsonb_build_object('inviter_id', p_inviter_id), v_now);
    -- The plan may have been reported before the referral.
    outcome := CASE WHEN EXISTS (SELECT 1 FROM ledger.plans p WHERE p.account_id = p_account_id) THEN 'paid'
                    ELSE 'pending' END;
    IF outcome = 'paid' THEN
      PERFORM ledger.pay_referral(p_account_id, p_credits, p_lives_months, v_now);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Pays the inviter of this account, once. Both accounts are locked.
CREATE OR REPLACE FUNCTION ledger.pay_referral(
  p_account_id text, p_credits bigint, p_lives_months int, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_inviter_id text;
BEGIN
  UPDATE ledger.referrals r SET paid_at = p_now WHERE r.account_id = p_account_id AND r.paid_at IS NULL
  RETURNING r.inviter_id INTO v_inviter_id;
  IF FOUND THEN
    PERFORM ledger.grant_by_rule(v_inviter_id, 'grant_referral_' || p_account_id, 'referral', 2, p_credits, NULL,
                                 make_interval(months => p_lives_months), 'referral');
  END IF;
END $$;
