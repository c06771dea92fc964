-- Up Migration
-- One barrier: the processes' roles may execute the functions named here and nothing else. Everything in the schema is
-- closed to everyone first; the roles themselves are made by migrate before any migration runs.

REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
-- For functions of later migrations, of both schemas. Not "IN SCHEMA": that can only add to the defaults, never take away.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA ledger TO holdfast_api, holdfast_worker;

-- The API serves customers: it opens, grants and reads, but never reserves or settles.
GRANT EXECUTE ON FUNCTION
  ledger.open_account(text, text, text),
  ledger.grant_credits(jsonb),
  ledger.read_account(text),
  ledger.read_balance(text),
  ledger.read_entries(text, bigint, int, text[], text, timestamptz, timestamptz)
TO holdfast_api, holdfast_worker;

GRANT EXECUTE ON FUNCTION
  ledger.reserve(jsonb),
  ledger.settle(jsonb),
  ledger.read_open_reservations(text, text, int, double precision),
  ledger.reconcile(double precision)
TO holdfast_worker;

-- Down Migration
