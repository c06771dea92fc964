-- The machine's clock, as the ledger reads it. A test database replaces this one function. clock_timestamp(), not
-- now(): a verb reads it after its lock is held, and now() is from before the wait.
CREATE OR REPLACE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

-- The clock of one account: never before its last entry, so that its history is in order of time whatever the machine's
-- clock does. An account that is ahead is ahead alone.
CREATE OR REPLACE FUNCTION ledger.clock(p_account ledger.accounts) RETURNS timestamptz
LANGUAGE sql VOLATILE AS 'SELECT greatest(ledger.clock(), p_account.moved_at)';
