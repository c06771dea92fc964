-- Replaces all limits of an account. overrides: [{"member" or "project": name, "credits_per_period"}]. False: no
-- account.
CREATE OR REPLACE FUNCTION ledger.set_limits(p_account_id text, p_limits jsonb, p_actor text, p_reason text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.lock(p_account_id);
BEGIN
  UPDATE ledger.accounts a
  SET max_concurrent_jobs = n.max_concurrent_jobs, member_credits_per_period = n.member_credits_per_period,
      project_credits_per_period = n.project_credits_per_period, low_balance_at = coalesce(n.low_balance_at, 0),
      has_own_low_balance = n.low_balance_at IS NOT NULL,
      -- No notice was made of a new level yet.
      is_low_noticed = a.is_low_noticed AND a.low_balance_at = coalesce(n.low_balance_at, 0),
      has_spend_caps = n.member_credits_per_period IS NOT NULL OR n.project_credits_per_period IS NOT NULL
                       OR jsonb_array_length(coalesce(n.overrides, '[]')) > 0
  FROM jsonb_to_record(p_limits) AS n (
    max_concurrent_jobs int, member_credits_per_period bigint, project_credits_per_period bigint,
    low_balance_at bigint, overrides jsonb)
  WHERE a.account_id = p_account_id;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM ledger.limit_overrides o WHERE o.account_id = p_account_id;
  INSERT INTO ledger.limit_overrides (account_id, spender, name, credits_per_period)
  SELECT p_account_id, s.spender, s.name, o.credits_per_period
  FROM jsonb_to_recordset(p_limits->'overrides') AS o (member text, project text, credits_per_period bigint)
  CROSS JOIN LATERAL ledger.spenders_of(o.member, o.project) s;
  PERFORM ledger.record_action(p_account_id, p_actor, 'set_limits', p_reason, p_limits, v_now);
  RETURN true;
END $$;

-- Null when there is no such account.
CREATE OR REPLACE FUNCTION ledger.read_limits(p_account_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'max_concurrent_jobs', a.max_concurrent_jobs, 'member_credits_per_period', a.member_credits_per_period,
    'project_credits_per_period', a.project_credits_per_period,
    'low_balance_at', CASE WHEN a.has_own_low_balance THEN a.low_balance_at END,
    'overrides', coalesce((
      SELECT jsonb_agg(jsonb_build_object(o.spender::text, o.name, 'credits_per_period', o.credits_per_period)
                       ORDER BY o.spender, o.name)
      FROM ledger.limit_overrides o WHERE o.account_id = a.account_id), '[]'))
  FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;
