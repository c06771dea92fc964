-- When the period began that an account's spend is counted in at an instant: the plan's, or months from the opening.
CREATE OR REPLACE FUNCTION ledger.period_started_at(p_account_id text, p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT ledger.months_after(n.anchor_at, ledger.period_number(n.anchor_at, p_at))
  FROM ledger.account_profiles o
  LEFT JOIN ledger.plans p ON p.account_id = o.account_id
  CROSS JOIN LATERAL (SELECT coalesce(p.anchor_at, o.opened_at) AS anchor_at) n
  WHERE o.account_id = p_account_id
$$;

CREATE OR REPLACE FUNCTION ledger.read_account(p_account_id text)
RETURNS TABLE (account_id text, name text, reference text, opened_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.account_id, p.name, p.reference, p.opened_at FROM ledger.account_profiles p WHERE p.account_id = p_account_id
$$;

-- What is read. What serves a customer takes the account first and sees nothing beyond it.

-- The live balance and the grants that still hold something, in burn order. What has expired is not available, swept or not.
CREATE OR REPLACE FUNCTION ledger.read_balance(p_account_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  WITH grant_now AS (
    SELECT g.*, CASE WHEN g.expires_at > ledger.clock() THEN g.available ELSE 0 END AS spendable
    FROM ledger.grants g WHERE g.account_id = p_account_id AND g.is_live
  )
  SELECT jsonb_build_object(
    'account_id', a.account_id,
    'available', (SELECT coalesce(sum(g.spendable), 0) FROM grant_now g),
    'reserved', a.reserved,
    'spent_this_period', CASE WHEN a.period_ends_at > ledger.clock() THEN a.spent - a.spent_before ELSE 0 END,
    'period_starts_at', CASE WHEN a.period_ends_at > ledger.clock() THEN a.period_starts_at
                             ELSE ledger.period_started_at(a.account_id, ledger.clock()) END,
    'grants', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', g.grant_id, 'source', g.source, 'priority', g.priority, 'amount', g.amount,
               'available', g.spendable, 'reserved', g.reserved, 'spent', g.spent, 'effective_at', g.effective_at,
               'expires_at', nullif(g.expires_at, 'infinity')) ORDER BY g.priority, g.expires_at, g.ordinal)
      FROM grant_now g WHERE g.spendable > 0 OR g.reserved > 0), '[]'),
    'next_expiry', (
      SELECT jsonb_build_object('at', g.expires_at, 'credits', sum(g.spendable))
      FROM grant_now g WHERE g.spendable > 0 AND g.expires_at < 'infinity' GROUP BY g.expires_at ORDER BY g.expires_at LIMIT 1))
  FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;

-- One grant; null when the account has none of that id.
CREATE OR REPLACE FUNCTION ledger.read_grant(p_account_id text, p_grant_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  SELECT jsonb_build_object('id', g.grant_id, 'source', g.source, 'priority', g.priority, 'amount', g.amount,
    'available', CASE WHEN g.expires_at > ledger.clock() THEN g.available ELSE 0 END, 'reserved', g.reserved, 'spent', g.spent,
    'effective_at', g.effective_at, 'expires_at', nullif(g.expires_at, 'infinity'))
  FROM ledger.grants g WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id
$$;
