-- The machine's clock; a test database replaces this function. Not now(): that is from before the wait for a lock.
CREATE OR REPLACE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

-- An account's clock, never before its last entry. A test account's can be moved ahead (clock/22_test_clock.sql).
CREATE OR REPLACE FUNCTION ledger.clock(p_account ledger.accounts) RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$
  SELECT greatest(ledger.clock() + coalesce(p_account.clock_ahead, '0'), p_account.moved_at)
$$;
