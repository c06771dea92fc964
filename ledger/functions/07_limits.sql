-- Sets the limits of an account, all of them: max_concurrent_jobs, member_credits_per_period, project_credits_per_period,
-- low_balance_at (null: none) and overrides [{"member" or "project": name, "credits_per_period"}]. False: no such account.
CREATE OR REPLACE FUNCTION ledger.set_limits(p_account_id text, p_limits jsonb, p_actor text, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_now timestamptz;
BEGIN
  v_now := ledger.lock(p_account_id);
  IF NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = p_account_id) THEN
    RETURN false;
  END IF;
  INSERT INTO ledger.limits AS l (account_id, max_concurrent_jobs, member_credits_per_period, project_credits_per_period, low_balance_at)
  SELECT p_account_id, n.max_concurrent_jobs, n.member_credits_per_period, n.project_credits_per_period, n.low_balance_at
  FROM jsonb_to_record(p_limits) AS n (max_concurrent_jobs int, member_credits_per_period bigint,
                                       project_credits_per_period bigint, low_balance_at bigint)
  ON CONFLICT (account_id) DO UPDATE SET max_concurrent_jobs = excluded.max_concurrent_jobs,
    member_credits_per_period = excluded.member_credits_per_period,
    project_credits_per_period = excluded.project_credits_per_period, low_balance_at = excluded.low_balance_at;
  DELETE FROM ledger.limit_overrides o WHERE o.account_id = p_account_id;
  INSERT INTO ledger.limit_overrides (account_id, spender, name, credits_per_period)
  SELECT p_account_id, s.spender, s.name, o.credits_per_period
  FROM jsonb_to_recordset(p_limits->'overrides') AS o (member text, project text, credits_per_period bigint)
  CROSS JOIN LATERAL ledger.spenders_of(o.member, o.project) s;
  UPDATE ledger.accounts a
  SET low_balance_at = coalesce((p_limits->>'low_balance_at')::bigint, 0),
      -- Of another level nothing has been told yet.
      is_low_noticed = a.is_low_noticed AND a.low_balance_at = coalesce((p_limits->>'low_balance_at')::bigint, 0),
      has_spend_caps = p_limits->>'member_credits_per_period' IS NOT NULL OR p_limits->>'project_credits_per_period' IS NOT NULL
                       OR jsonb_array_length(coalesce(p_limits->'overrides', '[]')) > 0
  WHERE a.account_id = p_account_id;
  PERFORM ledger.record_action(p_account_id, p_actor, 'set_limits', p_reason, p_limits, v_now);
  RETURN true;
END $$;

-- Null when there is no such account.
CREATE OR REPLACE FUNCTION ledger.read_limits(p_account_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('max_concurrent_jobs', l.max_concurrent_jobs, 'member_credits_per_period', l.member_credits_per_period,
    'project_credits_per_period', l.project_credits_per_period, 'low_balance_at', l.low_balance_at,
    'overrides', coalesce((
      SELECT jsonb_agg(jsonb_build_object(o.spender::text, o.name, 'credits_per_period', o.credits_per_period) ORDER BY o.spender, o.name)
      FROM ledger.limit_overrides o WHERE o.account_id = a.account_id), '[]'))
  FROM ledger.accounts a LEFT JOIN ledger.limits l ON l.account_id = a.account_id WHERE a.account_id = p_account_id
$$;

-- How many jobs of an account may be under way at a time; null: as many as it likes.
CREATE OR REPLACE FUNCTION ledger.max_concurrent_jobs(p_account_id text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT l.max_concurrent_jobs FROM ledger.limits l WHERE l.account_id = p_account_id
$$;

-- Notices after an entry, oldest first.
CREATE OR REPLACE FUNCTION ledger.read_low_balance_notices(p_account_id text, p_after bigint)
RETURNS TABLE (entry_seq bigint, available bigint, low_balance_at bigint, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.entry_seq, n.available, n.low_balance_at, n.created_at FROM ledger.low_balance_notices n
  WHERE n.account_id = p_account_id AND n.entry_seq > p_after ORDER BY n.entry_seq
$$;
