-- What an accountant needs of a month (UTC), per source of credits: what was outstanding (a liability) when it began, what
-- was issued, spent, refunded, expired and voided in it, and what is outstanding at its end:
-- opening + issued - spent + refunded - expired - voided = outstanding. Derived from the journal, all of it: for a report,
-- not for a request.
CREATE OR REPLACE FUNCTION ledger.report(p_month_starts_at timestamptz)
RETURNS TABLE (source text, opening bigint, issued bigint, spent bigint, refunded bigint, expired bigint, voided bigint, outstanding bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH month AS (
    SELECT p_month_starts_at AS starts_at, ledger.months_after(p_month_starts_at, 1) AS ends_at
  ), moved AS (
    SELECT g.source, e.created_at >= m.starts_at AS is_inside, e.from_bucket, e.to_bucket, sum(e.amount)::bigint AS amount
    FROM ledger.entries e
    JOIN month m ON e.created_at < m.ends_at
    JOIN ledger.grants g ON g.account_id = e.account_id AND g.grant_id = e.grant_id
    GROUP BY 1, 2, 3, 4
  ), summed AS (
    SELECT v.source,
      coalesce(sum(ledger.delta('available', v.from_bucket, v.to_bucket, v.amount) + ledger.delta('reserved', v.from_bucket, v.to_bucket, v.amount))
               FILTER (WHERE NOT v.is_inside), 0)::bigint AS opening,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.from_bucket = 'outside'), 0)::bigint AS issued,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'spent'), 0)::bigint AS spent,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.from_bucket = 'spent'), 0)::bigint AS refunded,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'expired'), 0)::bigint AS expired,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'voided'), 0)::bigint AS voided
    FROM moved v GROUP BY v.source
  )
  SELECT s.source, s.opening, s.issued, s.spent, s.refunded, s.expired, s.voided,
         s.opening + s.issued - s.spent + s.refunded - s.expired - s.voided
  FROM unnest(ARRAY['plan', 'trial', 'sign_up', 'referral', 'return', 'goodwill', 'top_up']) WITH ORDINALITY k (source, ordinal)
  JOIN summed s ON s.source = k.source ORDER BY k.ordinal
$$;
