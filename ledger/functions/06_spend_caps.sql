-- The member and the project of a spend, as rows.
CREATE OR REPLACE FUNCTION ledger.spenders_of(p_member text, p_project text)
RETURNS TABLE (spender ledger.spender, name text) LANGUAGE sql IMMUTABLE ROWS 2 AS $$
  SELECT 'member'::ledger.spender, p_member WHERE p_member IS NOT NULL
  UNION ALL SELECT 'project', p_project WHERE p_project IS NOT NULL
$$;

-- Adds to what a member and a project have used. A negative amount came back.
CREATE OR REPLACE FUNCTION ledger.count_usage(
  p_account ledger.accounts, p_member text, p_project text, p_period_starts_at timestamptz, p_amount bigint
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(p_member, p_project) IS NOT NULL AND p_amount <> 0 THEN
    INSERT INTO ledger.usage AS u (account_id, spender, name, period_starts_at, used)
    SELECT p_account.account_id, s.spender, s.name, p_period_starts_at, greatest(p_amount, 0)
    FROM ledger.spenders_of(p_member, p_project) s
    ON CONFLICT (account_id, spender, name, period_starts_at) DO UPDATE SET used = u.used + p_amount;
  END IF;
END $$;

-- The first cap that p_amount more would exceed; null: none. By whole keys: a join might read all caps of the account.
CREATE OR REPLACE FUNCTION ledger.exceeded_cap(
  p_account ledger.accounts, p_member text, p_project text, p_amount bigint
) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT p_account.has_spend_caps OR p_amount = 0 THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT jsonb_build_object('limit', c.spender || '_credits_per_period', 'name', c.name,
                              'credits_per_period', c.cap, 'used', c.used)
    FROM (
      SELECT s.spender, s.name,
        coalesce((SELECT coalesce(o.credits_per_period, 9223372036854775807)  -- an override of none
                  FROM ledger.limit_overrides o
                  WHERE o.account_id = p_account.account_id AND o.spender = s.spender AND o.name = s.name),
                 CASE s.spender WHEN 'member' THEN p_account.member_credits_per_period
                                ELSE p_account.project_credits_per_period END) AS cap,
        coalesce((SELECT u.used FROM ledger.usage u
                  WHERE u.account_id = p_account.account_id AND u.spender = s.spender AND u.name = s.name
                    AND u.period_starts_at = p_account.period_starts_at), 0) AS used
      FROM ledger.spenders_of(p_member, p_project) s
    ) c WHERE c.used + p_amount > c.cap ORDER BY c.spender LIMIT 1);
END $$;
