-- An account. No row: there is none.
CREATE OR REPLACE FUNCTION ledger.read_account(p_account_id text) RETURNS TABLE (
  account_id text, name text, reference text, opened_at timestamptz, price_list text, mode text, frozen_at timestamptz
) LANGUAGE sql STABLE AS $$
  SELECT p.account_id, p.name, p.reference, p.opened_at, p.price_list, a.mode, a.frozen_at
  FROM ledger.account_profiles p JOIN ledger.accounts a USING (account_id) WHERE p.account_id = p_account_id
$$;

-- A grant as the API shows it. Expired credits are not available, swept or not.
CREATE OR REPLACE FUNCTION ledger.grant_as_json(p_grant ledger.grants) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', p_grant.grant_id, 'source', p_grant.source, 'priority', p_grant.priority, 'amount', p_grant.amount,
    'available', CASE WHEN p_grant.expires_at > ledger.clock_of(p_grant.account_id) THEN p_grant.available ELSE 0 END,
    'reserved', p_grant.reserved, 'spent', p_grant.spent,
    'effective_at', p_grant.effective_at, 'expires_at', nullif(p_grant.expires_at, 'infinity'))
$$;

-- One grant; null when the account has none of that id.
CREATE OR REPLACE FUNCTION ledger.read_grant(p_account_id text, p_grant_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT ledger.grant_as_json(g) FROM ledger.grants g WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id
$$;

-- The live balance and the grants that still hold something, in burn order.
CREATE OR REPLACE FUNCTION ledger.read_balance(p_account_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  WITH live AS (
    SELECT g AS whole, g.reserved, g.expires_at,
           CASE WHEN g.expires_at > ledger.clock_of(p_account_id) THEN g.available ELSE 0 END AS spendable,
           row_number() OVER (ORDER BY g.priority, g.expires_at, g.ordinal) AS place
    FROM ledger.grants g WHERE g.account_id = p_account_id AND g.is_live
  )
  SELECT jsonb_build_object(
    'account_id', a.account_id, 'frozen', a.frozen_at IS NOT NULL,
    'available', (SELECT coalesce(sum(l.spendable), 0) FROM live l),
    'reserved', a.reserved,
    'spent_this_period', CASE WHEN a.period_ends_at > ledger.clock(a) THEN a.spent - a.spent_before ELSE 0 END,
    'period_starts_at', CASE WHEN a.period_ends_at > ledger.clock(a) THEN a.period_starts_at
                             ELSE (ledger.period_at(a.account_id, ledger.clock(a))).starts_at END,
    'grants', coalesce((
      SELECT jsonb_agg(ledger.grant_as_json(l.whole) ORDER BY l.place)
      FROM live l WHERE l.spendable > 0 OR l.reserved > 0), '[]'),
    'next_expiry', (
      SELECT jsonb_build_object('at', l.expires_at, 'credits', sum(l.spendable))
      FROM live l WHERE l.spendable > 0 AND l.expires_at < 'infinity'
      GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1))
  FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;
