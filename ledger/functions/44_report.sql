-- What an accountant needs of a month (UTC), per source of credits: opening + issued - spent + refunded - expired -
-- voided = outstanding. Derived from the whole journal: for a report, not for a request.
CREATE OR REPLACE FUNCTION ledger.report(p_month_starts_at timestamptz)
RETURNS TABLE (
  source text, opening bigint, issued bigint, spent bigint, refunded bigint, expired bigint, voided bigint,
  outstanding bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH moved AS (
    SELECT g.source, e.created_at >= p_month_starts_at AS is_inside, e.from_bucket, e.to_bucket, sum(e.amount) AS amount
    FROM ledger.entries e
    JOIN ledger.grants g USING (account_id, grant_id)
    WHERE e.created_at < ledger.months_after(p_month_starts_at, 1) GROUP BY 1, 2, 3, 4
  ), summed AS (
    SELECT v.source,
      coalesce(sum(ledger.delta('available', v.from_bucket, v.to_bucket, v.amount::bigint)
                   + ledger.delta('reserved', v.from_bucket, v.to_bucket, v.amount::bigint))
               FILTER (WHERE NOT v.is_inside), 0) AS opening,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.from_bucket = 'outside'), 0) AS issued,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'spent'), 0) AS spent,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.from_bucket = 'spent'), 0) AS refunded,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'expired'), 0) AS expired,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'voided'), 0) AS voided
    FROM moved v GROUP BY v.source
  )
  SELECT s.source, s.opening, s.issued, s.spent, s.refunded, s.expired, s.voided,
         s.opening + s.issued - s.spent + s.refunded - s.expired - s.voided
  FROM unnest(ARRAY['plan', 'trial', 'sign_up', 'referral', 'return', 'goodwill', 'top_up'])
       WITH ORDINALITY k (source, ordinal)
  JOIN summed s ON s.source = k.source ORDER BY k.ordinal
$$;
