-- The machine's clock, as the ledger reads it. A test database replaces this one function. clock_timestamp(), not
-- now(): a verb reads it after its lock is held, and now() is from before the wait.
CREATE OR REPLACE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

-- The clock of one account: never before its last entry, so that its history is in order of time whatever the machine's
-- clock does. An account that is ahead is ahead alone; a test account is, once it was moved (clock/22_test_clock.sql).
CREATE OR REPLACE FUNCTION ledger.clock(p_account ledger.accounts) RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$
  SELECT greatest(ledger.clock() + coalesce(p_account.clock_ahead, '0'), p_account.moved_at)
$$;
