-- The ledger's tables. Every table leads with account_id, so that it can be distributed by it.

-- The ledger's only clock. A test database replaces this one function; nothing else in the ledger reads a time.
-- clock_timestamp(), not now(): a money verb reads it after its locks are held, and now() is from before the wait.
CREATE OR REPLACE FUNCTION ledger.clock() RETURNS timestamptz
LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';
