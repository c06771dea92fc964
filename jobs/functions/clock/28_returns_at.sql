-- When an output's credits return by themselves, by the machine's clock, as workflows count time; null once they are
-- settled. (The reservation says it by the account's, which is ahead where a test account was moved on.)
CREATE OR REPLACE FUNCTION jobs.returns_at(p_account_id text, p_output_id text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT jobs.return_by(p_account_id, p_output_id) - a.clock_ahead
  FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;
