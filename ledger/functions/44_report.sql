-- What an accountant needs of a month (UTC), per source of credits, from the whole journal: for a report, not for a
-- request. opening: what customers could still use when it began; the others are of the month. Of live accounts.
CREATE OR REPLACE FUNCTION ledger.report(p_month_starts_at timestamptz)
RETURNS TABLE (source text, opening bigint, issued bigint, spent bigint, refunded bigint, expired bigint, voided bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT g.source,
    coalesce(sum(d.available + d.reserved) FILTER (WHERE NOT m.is_inside), 0),
    coalesce(sum(e.amount) FILTER (WHERE m.is_inside AND e.from_bucket = 'outside'), 0),
    coalesce(sum(e.amount) FILTER (WHERE m.is_inside AND e.to_bucket = 'spent'), 0),
    coalesce(sum(e.amount) FILTER (WHERE m.is_inside AND e.from_bucket = 'spent'), 0),
    coalesce(sum(e.amount) FILTER (WHERE m.is_inside AND e.to_bucket = 'expired'), 0),
    coalesce(sum(e.amount) FILTER (WHERE m.is_inside AND e.to_bucket = 'voided'), 0)
  FROM ledger.entries e JOIN ledger.grants g USING (account_id, grant_id)
  JOIN ledger.accounts a ON a.account_id = e.account_id AND a.mode = 'live'
  CROSS JOIN LATERAL ledger.deltas(e.from_bucket, e.to_bucket, e.amount) d
  CROSS JOIN LATERAL (SELECT e.created_at >= p_month_starts_at AS is_inside) m
  WHERE e.created_at < ledger.months_after(p_month_starts_at, 1) GROUP BY g.source
$$;
