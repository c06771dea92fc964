-- Calendar months after an instant, in UTC: counted from the anchor each time, so that a clamped month (31 Jan → 28 Feb)
-- does not shorten those that follow (→ 31 Mar).
CREATE OR REPLACE FUNCTION ledger.months_after(p_anchor timestamptz, p_months int) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_anchor AT TIME ZONE 'UTC' + make_interval(months => p_months)) AT TIME ZONE 'UTC'
$$;

-- An interval after an instant, its months and days counted in UTC.
CREATE OR REPLACE FUNCTION ledger.after(p_at timestamptz, p_lives interval) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_at AT TIME ZONE 'UTC' + p_lives) AT TIME ZONE 'UTC'
$$;

-- Which period of an anchor an instant lies in: the largest n with months_after(anchor, n) <= instant.
CREATE OR REPLACE FUNCTION ledger.period_number(p_anchor timestamptz, p_at timestamptz) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
  SELECT m.months - CASE WHEN ledger.months_after(p_anchor, m.months) > p_at THEN 1 ELSE 0 END
  FROM (
    SELECT (12 * (extract(year FROM p_at AT TIME ZONE 'UTC') - extract(year FROM p_anchor AT TIME ZONE 'UTC'))
            + extract(month FROM p_at AT TIME ZONE 'UTC') - extract(month FROM p_anchor AT TIME ZONE 'UTC'))::int AS months
  ) m
$$;

-- When the period began that an account's spend is counted in at an instant: the plan's, or months from the opening.
CREATE OR REPLACE FUNCTION ledger.period_started_at(p_account_id text, p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT ledger.months_after(n.anchor_at, ledger.period_number(n.anchor_at, p_at))
  FROM ledger.account_profiles o
  LEFT JOIN ledger.plans p ON p.account_id = o.account_id
  CROSS JOIN LATERAL (SELECT coalesce(p.anchor_at, o.opened_at) AS anchor_at) n
  WHERE o.account_id = p_account_id
$$;
