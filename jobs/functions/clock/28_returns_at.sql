-- When an output's credits return by themselves, by the machine's clock, as workflows count time, and how long that is
-- from now; no row once they are settled. (The reservation says it by the account's clock, which is ahead where a test
-- account was moved on.)
CREATE OR REPLACE FUNCTION jobs.returns_at(p_account_id text, p_output_id text)
RETURNS TABLE (returns_at timestamptz, seconds_left float) LANGUAGE sql STABLE AS $$
  SELECT r.at, extract(epoch FROM r.at - ledger.clock())::float FROM (
    SELECT jobs.return_by(p_account_id, p_output_id) - a.clock_ahead AS at
    FROM ledger.accounts a WHERE a.account_id = p_account_id) r WHERE r.at IS NOT NULL
$$;
