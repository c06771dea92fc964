-- An account's clock by its id, for what only reads: that of a test account may be ahead of the machine's.
CREATE OR REPLACE FUNCTION ledger.clock_of(p_account_id text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT ledger.clock(a) FROM (SELECT 1) one LEFT JOIN ledger.accounts a ON a.account_id = p_account_id
$$;
