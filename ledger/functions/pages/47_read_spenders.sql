-- A page of the members and projects of an account, by name, after one of them ('member', '': from the first on): those
-- that used credits in the current period or have a cap of their own. Each with what it used, and the cap that holds.
CREATE OR REPLACE FUNCTION ledger.read_spenders(
  p_account_id text, p_after_spender ledger.spender, p_after_name text, p_limit int
) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'type', s.spender, 'name', s.name, 'used', sum(s.used), 'credits_per_period',
    CASE WHEN bool_or(s.has_cap) THEN max(s.cap)
         WHEN s.spender = 'member' THEN a.member_credits_per_period ELSE a.project_credits_per_period END)
  FROM ledger.accounts a CROSS JOIN LATERAL (
    (SELECT u.spender, u.name, u.used, false AS has_cap, NULL::bigint AS cap FROM ledger.usage u
     WHERE u.account_id = p_account_id AND (u.spender, u.name) > (p_after_spender, p_after_name)
       AND u.period_starts_at = CASE WHEN a.period_ends_at > ledger.clock(a) THEN a.period_starts_at
                                     ELSE (ledger.period_at(a.account_id, ledger.clock(a))).starts_at END
     ORDER BY u.spender, u.name LIMIT p_limit)
    UNION ALL
    (SELECT o.spender, o.name, 0, true, o.credits_per_period FROM ledger.limit_overrides o
     WHERE o.account_id = p_account_id AND (o.spender, o.name) > (p_after_spender, p_after_name)
     ORDER BY o.spender, o.name LIMIT p_limit)) s
  WHERE a.account_id = p_account_id
  GROUP BY s.spender, s.name, a.member_credits_per_period, a.project_credits_per_period
  ORDER BY s.spender, s.name LIMIT p_limit
$$;
