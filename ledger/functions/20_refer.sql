-- One at a time: a circle cannot be closed by two referrals that do not see each other. Plans take it shared, so that what
-- they read of an inviter before locking holds afterwards.
CREATE OR REPLACE FUNCTION ledger.lock_referrals(p_is_shared boolean) RETURNS void LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
  IF p_is_shared THEN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('ledger.referrals', 0));
  ELSE
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.referrals', 0));
  END IF;
END $$;

-- Names the inviter of an account, for ever. p_credits and p_lives_months: what the inviter gets, and for how long.
-- Answers pending | paid (also when it was named before) | account_not_found | inviter_not_found | self_referral |
-- circle (the account invited the inviter, or whoever invited the inviter) | already_referred (by another).
CREATE OR REPLACE FUNCTION ledger.refer(p_account_id text, p_inviter_id text, p_credits bigint, p_lives_months int, p_actor text)
RETURNS TABLE (outcome text, is_replay boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_known ledger.referrals;
  v_now   timestamptz;
BEGIN
  IF p_account_id = p_inviter_id THEN
    RETURN QUERY SELECT 'self_referral', false;
    RETURN;
  END IF;
  PERFORM ledger.lock_referrals(false);
  PERFORM ledger.lock_accounts(ARRAY[p_account_id, p_inviter_id]);
  v_now := ledger.lock(p_account_id);
  PERFORM ledger.lock(p_inviter_id);
  SELECT * INTO v_known FROM ledger.referrals r WHERE r.account_id = p_account_id;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN v_known.inviter_id <> p_inviter_id THEN 'already_referred'
                             WHEN v_known.paid_at IS NULL THEN 'pending' ELSE 'paid' END, true;
    RETURN;
  ELSIF NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = p_account_id) THEN
    RETURN QUERY SELECT 'account_not_found', false;
    RETURN;
  ELSIF NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = p_inviter_id) THEN
    RETURN QUERY SELECT 'inviter_not_found', false;
    RETURN;
  ELSIF EXISTS (
    WITH RECURSIVE inviters (account_id) AS (
      SELECT p_inviter_id
      UNION SELECT r.inviter_id FROM inviters i JOIN ledger.referrals r ON r.account_id = i.account_id
    )
    SELECT 1 FROM inviters i WHERE i.account_id = p_account_id
  ) THEN
    RETURN QUERY SELECT 'circle', false;
    RETURN;
  END IF;

  INSERT INTO ledger.referrals (account_id, inviter_id, created_at) VALUES (p_account_id, p_inviter_id, v_now);
  PERFORM ledger.record_action(p_account_id, p_actor, 'refer', 'referral', jsonb_build_object('inviter_id', p_inviter_id), v_now);
  -- The news of the plan may have come before that of the referral.
  IF EXISTS (SELECT 1 FROM ledger.plans p WHERE p.account_id = p_account_id) THEN
    PERFORM ledger.pay_referral(p_account_id, p_credits, p_lives_months, v_now);
  END IF;
  RETURN QUERY SELECT CASE WHEN r.paid_at IS NULL THEN 'pending' ELSE 'paid' END, false
               FROM ledger.referrals r WHERE r.account_id = p_account_id;
END $$;

-- Pays the inviter of this account, once. Both accounts are locked.
CREATE OR REPLACE FUNCTION ledger.pay_referral(p_account_id text, p_credits bigint, p_lives_months int, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_inviter_id text;
BEGIN
  UPDATE ledger.referrals r SET paid_at = p_now WHERE r.account_id = p_account_id AND r.paid_at IS NULL
  RETURNING r.inviter_id INTO v_inviter_id;
  IF v_inviter_id IS NOT NULL THEN
    PERFORM ledger.grant_of_ours(v_inviter_id, 'grant_referral_' || p_account_id, 'referral', 2, p_credits, NULL,
                                 make_interval(months => p_lives_months), 'referral');
  END IF;
END $$;
