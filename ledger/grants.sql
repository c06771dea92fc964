-- One barrier: the processes' roles may execute the functions named here and nothing else. Applied on every migrate, after
-- the functions; what an earlier version granted and this one does not is taken away.

-- For functions that are added later, in both schemas. Not "IN SCHEMA": that can only add to the defaults, never take away.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC, holdfast_api, holdfast_worker;
GRANT USAGE ON SCHEMA ledger TO holdfast_api, holdfast_worker;

-- The API serves customers and operators. Reserving, settling, spending and refunding go through the functions of jobs.
GRANT EXECUTE ON FUNCTION
  ledger.open_account(text, text, text, bigint, text, bigint),
  ledger.grant_credits(text, text, text, int, bigint, timestamptz, interval, text, text, text),
  ledger.void_grant(text, text, text, text),
  ledger.account_of_grant(text),
  ledger.set_plan(text, text, text, timestamptz, text, jsonb, text, text),
  ledger.read_plan(text),
  ledger.refer(text, text, bigint, int, text),
  ledger.set_limits(text, jsonb, text, text),
  ledger.read_limits(text),
  ledger.exceeded_cap(text, text, text, bigint),
  ledger.read_low_balance_notices(text, bigint),
  ledger.read_account(text),
  ledger.read_balance(text),
  ledger.read_grant(text, text),
  ledger.read_entries(text, bigint, int, text[], text[], timestamptz, timestamptz),
  ledger.read_statement(text, timestamptz, timestamptz),
  ledger.read_statement_rows(text, bigint, int, timestamptz, timestamptz)
TO holdfast_api, holdfast_worker;

GRANT EXECUTE ON FUNCTION
  ledger.read_open_reservations(text, text, int, double precision),
  ledger.read_due_plans(timestamptz, text, int),
  ledger.renew_plans(text[], jsonb),
  ledger.read_due_expiry(timestamptz, text, int),
  ledger.sweep_accounts(text[]),
  ledger.report(timestamptz),
  ledger.reconcile(double precision)
TO holdfast_worker;
