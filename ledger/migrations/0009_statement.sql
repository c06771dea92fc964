-- Up Migration

-- Opening and closing balance of a stretch of time and the sums by kind in between, as the available balance saw them:
-- opening + sums = closing. p_from null: since the account was opened; p_to null: until now. No row: no such account.
CREATE FUNCTION ledger.read_statement(p_account_id text, p_from timestamptz, p_to timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH stretch AS MATERIALIZED (
    SELECT coalesce(p_from, p.opened_at) AS starts_at, coalesce(p_to, ledger.clock()) AS ends_at
    FROM ledger.account_profiles p WHERE p.account_id = p_account_id
  ), moved AS (
    SELECT e.kind, e.created_at >= s.starts_at AS is_inside,
           sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount)) AS credits
    FROM ledger.entries e, stretch s
    WHERE e.account_id = p_account_id AND e.created_at < s.ends_at
    GROUP BY 1, 2
  )
  SELECT jsonb_build_object('from', s.starts_at, 'to', s.ends_at,
    'opening', (SELECT coalesce(sum(m.credits) FILTER (WHERE NOT m.is_inside), 0) FROM moved m),
    'closing', (SELECT coalesce(sum(m.credits), 0) FROM moved m),
    'sums', (
      SELECT jsonb_object_agg(k.kind, coalesce(m.credits, 0))
      FROM unnest(enum_range(NULL::ledger.entry_kind)) k (kind) LEFT JOIN moved m ON m.kind = k.kind AND m.is_inside))
  FROM stretch s
$$;

REVOKE ALL ON FUNCTION ledger.read_statement(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.read_statement(text, timestamptz, timestamptz) TO holdfast_api, holdfast_worker;

-- Down Migration
