-- Both spenders of one thing, as rows.
CREATE OR REPLACE FUNCTION ledger.spenders_of(p_member text, p_project text) RETURNS TABLE (spender ledger.spender, name text)
LANGUAGE sql IMMUTABLE ROWS 2 AS $$
  SELECT 'member'::ledger.spender, p_member WHERE p_member IS NOT NULL
  UNION ALL SELECT 'project', p_project WHERE p_project IS NOT NULL
$$;

-- The settings below: a count, a cap and a reservation are each looked up by its whole key, row by row, also in a batch. By
-- hash, as the verbs that call these join, every account or every reservation there is would be read to find a few. (OFFSET 0
-- holds the planner to it: a table that was small when it was last looked at is otherwise read from end to end.)

-- Counts what was just held for a member or a project.
CREATE OR REPLACE FUNCTION ledger.count_usage(p_items ledger.reserve_item[], p_is_accepted boolean[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM unnest(p_items) i WHERE i.member IS NOT NULL OR i.project IS NOT NULL) THEN
    RETURN;
  END IF;
  INSERT INTO ledger.usage AS u (account_id, spender, name, period_starts_at, used)
  SELECT i.account_id, s.spender, s.name, a.period_starts_at, sum(i.amount)
  FROM unnest(p_items) i
  JOIN ledger.accounts a ON a.account_id = i.account_id
  CROSS JOIN LATERAL ledger.spenders_of(i.member, i.project) s
  WHERE p_is_accepted[i.item]
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (account_id, spender, name, period_starts_at) DO UPDATE SET used = u.used + excluded.used;
END $$;

-- Takes from the count what came back of reservations: of each, so many credits.
CREATE OR REPLACE FUNCTION ledger.uncount_usage(p_account_ids text[], p_reservation_ids text[], p_amounts bigint[]) RETURNS void
LANGUAGE sql SET enable_seqscan = off SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  UPDATE ledger.usage u SET used = u.used - back.amount
  FROM (
    SELECT b.account_id, s.spender, s.name, r.period_starts_at, sum(b.amount) AS amount
    FROM unnest(p_account_ids, p_reservation_ids, p_amounts) b (account_id, reservation_id, amount)
    CROSS JOIN LATERAL (
      SELECT r.member, r.project, r.period_starts_at FROM ledger.reservations r
      WHERE r.account_id = b.account_id AND r.reservation_id = b.reservation_id OFFSET 0
    ) r
    CROSS JOIN LATERAL ledger.spenders_of(r.member, r.project) s
    GROUP BY 1, 2, 3, 4
  ) back
  CROSS JOIN LATERAL (
    SELECT p.ctid AS place FROM ledger.usage p
    WHERE p.account_id = back.account_id AND p.spender = back.spender AND p.name = back.name
      AND p.period_starts_at = back.period_starts_at OFFSET 0
  ) counted
  WHERE u.ctid = counted.place
$$;

-- The cap of one spender: its own, which may be none, or its account's general one.
CREATE OR REPLACE FUNCTION ledger.cap_of(p_spender ledger.spender, p_has_own boolean, p_own bigint, p_of_members bigint, p_of_projects bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_has_own THEN p_own WHEN p_spender = 'member' THEN p_of_members ELSE p_of_projects END
$$;

-- A spender's own cap, if one is set. (These two are tables of one row, which the planner takes into the query that reads
-- them; a call of its own takes thirty times as long.)
CREATE OR REPLACE FUNCTION ledger.own_cap(p_account_id text, p_spender ledger.spender, p_name text)
RETURNS TABLE (is_set boolean, credits bigint) LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT o.account_id IS NOT NULL, o.credits_per_period
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (
    SELECT c.account_id, c.credits_per_period FROM ledger.limit_overrides c
    WHERE c.account_id = p_account_id AND c.spender = p_spender AND c.name = p_name OFFSET 0
  ) o ON true
$$;

-- What a spender has used in a period.
CREATE OR REPLACE FUNCTION ledger.used_in(p_account_id text, p_spender ledger.spender, p_name text, p_period_starts_at timestamptz)
RETURNS TABLE (used bigint) LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT coalesce(u.used, 0)
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (
    SELECT c.used FROM ledger.usage c
    WHERE c.account_id = p_account_id AND c.spender = p_spender AND c.name = p_name AND c.period_starts_at = p_period_starts_at
    OFFSET 0
  ) u ON true
$$;

-- Of these items, the accounts where all of them together would exceed a cap.
CREATE OR REPLACE FUNCTION ledger.accounts_over_caps(p_items ledger.reserve_item[], p_is_new boolean[]) RETURNS text[]
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  SELECT array_agg(DISTINCT n.account_id)
  FROM (
    SELECT i.account_id, s.spender, s.name, sum(i.amount) AS wanted
    FROM unnest(p_items) i CROSS JOIN LATERAL ledger.spenders_of(i.member, i.project) s
    WHERE p_is_new[i.item] AND i.amount > 0
    GROUP BY 1, 2, 3
  ) n
  JOIN ledger.accounts a ON a.account_id = n.account_id AND a.has_spend_caps
  LEFT JOIN ledger.limits l ON l.account_id = n.account_id
  CROSS JOIN LATERAL ledger.own_cap(n.account_id, n.spender, n.name) o
  CROSS JOIN LATERAL ledger.used_in(n.account_id, n.spender, n.name, a.period_starts_at) u
  WHERE u.used + n.wanted
        > ledger.cap_of(n.spender, o.is_set, o.credits, l.member_credits_per_period, l.project_credits_per_period)
$$;

-- The caps of one member and one project of an account, and what of each is used in the current period.
CREATE OR REPLACE FUNCTION ledger.read_caps(p_account_id text, p_member text, p_project text)
RETURNS TABLE (spender ledger.spender, name text, cap bigint, used bigint)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  SELECT c.spender, c.name, c.cap, u.used
  FROM (
    SELECT s.spender, s.name,
           ledger.cap_of(s.spender, o.is_set, o.credits, l.member_credits_per_period, l.project_credits_per_period) AS cap
    FROM ledger.spenders_of(p_member, p_project) s
    LEFT JOIN ledger.limits l ON l.account_id = p_account_id
    CROSS JOIN LATERAL ledger.own_cap(p_account_id, s.spender, s.name) o
  ) c
  JOIN ledger.accounts a ON a.account_id = p_account_id
  CROSS JOIN LATERAL ledger.used_in(p_account_id, c.spender, c.name, a.period_starts_at) u
  WHERE c.cap IS NOT NULL
$$;

-- The first cap that so many credits more would exceed, for whoever was refused; null when none.
CREATE OR REPLACE FUNCTION ledger.exceeded_cap(p_account_id text, p_member text, p_project text, p_amount bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('limit', c.spender || '_credits_per_period', 'name', c.name, 'credits_per_period', c.cap, 'used', c.used)
  FROM ledger.read_caps(p_account_id, p_member, p_project) c WHERE c.used + p_amount > c.cap ORDER BY c.spender LIMIT 1
$$;

-- What the caps leave to each member and project that these items name: 'member ann' → credits.
CREATE OR REPLACE FUNCTION ledger.room_under_caps(p_account_id text, p_items ledger.reserve_item[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_object_agg(c.spender || ' ' || c.name, c.cap - c.used)
  FROM (
    SELECT DISTINCT s.spender, s.name FROM unnest(p_items) i CROSS JOIN LATERAL ledger.spenders_of(i.member, i.project) s
    WHERE i.account_id = p_account_id
  ) n
  CROSS JOIN LATERAL ledger.read_caps(p_account_id, CASE n.spender WHEN 'member' THEN n.name END,
                                      CASE n.spender WHEN 'project' THEN n.name END) c
$$;
