-- One barrier: the processes' roles may execute the functions named here and nothing else. Applied on every migrate,
-- after the functions; what an earlier version granted and this one does not is taken away.

-- For functions that are added later, in both schemas. Not "IN SCHEMA": that cannot take away.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC, holdfast_api, holdfast_worker;
GRANT USAGE ON SCHEMA ledger TO holdfast_api, holdfast_worker;

-- Both serve customers and operators. Reserving, settling, spending and refunding go through the functions of jobs.
GRANT EXECUTE ON FUNCTION
  ledger.account_of_grant, ledger.grant_credits, ledger.open_account, ledger.read_account,
  ledger.read_balance, ledger.read_entries, ledger.read_grant, ledger.read_limits, ledger.read_low_balance_notices,
  ledger.publish_price_lists, ledger.read_plan, ledger.read_price_list, ledger.read_statement,
  ledger.read_statement_rows, ledger.refer, ledger.set_limits, ledger.set_plan, ledger.set_price_list, ledger.void_grant
TO holdfast_api, holdfast_worker;

-- The worker alone does what falls due, and proves the ledger.
GRANT EXECUTE ON FUNCTION
  ledger.read_due_expiry, ledger.read_due_plans, ledger.read_open_reservations, ledger.reconcile, ledger.renew_plans,
  ledger.report, ledger.sweep_accounts
TO holdfast_worker;
