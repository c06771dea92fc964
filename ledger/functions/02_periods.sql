-- Adds calendar months in UTC, always to the anchor: 31 January + 1 is 28 February, + 2 is 31 March again.
CREATE OR REPLACE FUNCTION ledger.months_after(p_anchor timestamptz, p_months int) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_anchor AT TIME ZONE 'UTC' + make_interval(months => p_months)) AT TIME ZONE 'UTC'
$$;

-- Which period of an anchor an instant lies in: the largest n with months_after(anchor, n) <= instant.
CREATE OR REPLACE FUNCTION ledger.period_number(p_anchor timestamptz, p_at timestamptz) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
  SELECT m.months - CASE WHEN ledger.months_after(p_anchor, m.months) > p_at THEN 1 ELSE 0 END FROM (
    SELECT (12 * (extract(year FROM u.at) - extract(year FROM u.anchor))
            + extract(month FROM u.at) - extract(month FROM u.anchor))::int AS months
    FROM (SELECT p_at AT TIME ZONE 'UTC' AS at, p_anchor AT TIME ZONE 'UTC' AS anchor) u
  ) m
$$;

-- The period that an account's spend is counted in at an instant: the plan's, or months from the opening.
CREATE OR REPLACE FUNCTION ledger.period_at(
  p_account_id text, p_at timestamptz, OUT starts_at timestamptz, OUT ends_at timestamptz
) LANGUAGE sql STABLE AS $$
  SELECT ledger.months_after(m.anchor_at, n), ledger.months_after(m.anchor_at, n + 1)
  FROM (
    SELECT coalesce(p.anchor_at, o.opened_at) AS anchor_at
    FROM ledger.account_profiles o LEFT JOIN ledger.plans p USING (account_id) WHERE o.account_id = p_account_id
  ) m CROSS JOIN LATERAL ledger.period_number(m.anchor_at, p_at) n
$$;
