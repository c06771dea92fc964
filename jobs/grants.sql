-- The processes' roles may execute the functions named here and nothing else. Applied on every migrate, after the
-- functions; what an earlier version granted and this one does not is revoked.
REVOKE ALL ON SCHEMA ledger, jobs FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger, jobs FROM PUBLIC, holdfast_api, holdfast_worker;
-- For functions that are added later. Not "IN SCHEMA": that cannot take away.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger, jobs TO holdfast_api, holdfast_worker;

-- Both: what customers and operators ask for. Reserving, settling, spending and refunding go through jobs.
GRANT EXECUTE ON FUNCTION
  ledger.ask_clock, ledger.grant_credits, ledger.list_actions, ledger.unless_acted, ledger.open_account,
  ledger.publish_price_lists, ledger.read_account, ledger.read_balance, ledger.read_balance_days,
  ledger.read_checks, ledger.read_clock, ledger.read_entries, ledger.read_grant, ledger.read_limits,
  ledger.read_plan, ledger.read_report, ledger.read_spenders, ledger.read_statement, ledger.refer,
  ledger.set_frozen, ledger.set_limits, ledger.set_plan, ledger.set_price_list, ledger.void_grant,
  jobs.preview_change, jobs.preview_command, jobs.preview_decision, jobs.read_attention, jobs.search,
  jobs.create_console_session, jobs.read_console_session, jobs.revoke_console_session, jobs.account_of,
  jobs.apply_command, jobs.create_api_key, jobs.create_portal_session,
  jobs.create_webhook_endpoint, jobs.decide_review, jobs.delete_webhook_endpoint, jobs.grant_credits,
  jobs.inspect_job, jobs.keep_cancel_key, jobs.list_api_keys, jobs.list_jobs, jobs.list_references,
  jobs.list_repairs, jobs.list_reviews, jobs.list_reviews_of_all, jobs.list_unknown_bills, jobs.note_webhook,
  jobs.open_review, jobs.read_account_events, jobs.read_api_key, jobs.read_costs, jobs.read_events, jobs.read_job,
  jobs.read_lineage, jobs.read_metrics, jobs.read_models, jobs.read_news, jobs.read_outputs,
  jobs.read_portal_session, jobs.read_review, jobs.read_submission, jobs.read_usage, jobs.read_webhook_deliveries,
  jobs.read_webhook_endpoints, jobs.release_job, jobs.resend_webhooks, jobs.revoke_api_key,
  jobs.revoke_portal_session, jobs.rotate_api_key, jobs.rotate_webhook_secret, jobs.spend, jobs.store_quote,
  jobs.take_requests, jobs.update_webhook_endpoint
TO holdfast_api, holdfast_worker;

-- The worker alone: what jobs run by, what falls due, and what checks the ledger and puts right what was lost.
GRANT EXECUTE ON FUNCTION
  ledger.count_report, ledger.read_due_expiry, ledger.read_due_plans, ledger.read_moved_clocks,
  ledger.read_open_reservations, ledger.reconcile, ledger.record_check, ledger.renew_plans, ledger.step_clock,
  ledger.sweep_accounts, jobs.accept_attempt, jobs.admit, jobs.begin_attempt, jobs.begin_output,
  jobs.claim_attempts_to_stop, jobs.claim_references, jobs.claim_webhooks, jobs.close_attempt, jobs.count_webhooks,
  jobs.database_identity, jobs.fail_attempt, jobs.forget_answer, jobs.forget_attempt_to_stop, jobs.import_bill,
  jobs.keep_answer, jobs.mark_stuck, jobs.move_attempt, jobs.note_fault, jobs.prepare_attempt, jobs.prune_attention,
  jobs.prune_webhooks, jobs.queue_attempts, jobs.read_answer, jobs.read_attempt, jobs.read_attempts_of_output,
  jobs.read_free_retry, jobs.read_job_result, jobs.reconcile, jobs.record_asset, jobs.record_progress,
  jobs.record_repairs, jobs.record_stage_progress, jobs.record_webhook, jobs.resolve_reference, jobs.returns_at,
  jobs.settle, jobs.tell_expiring, jobs.tell_expiring_of, jobs.unneeded_assets
TO holdfast_worker;

-- Each runs as the owner with a search path of its own, waits 2 s for a lock (then 55P03), writes times in UTC, and
-- looks rows up by their keys with plans made once, whatever the statistics say. Reports and checks set their own.
DO $$
DECLARE
  v_function regprocedure;
BEGIN
  FOR v_function IN
    SELECT p.oid FROM pg_proc p
    WHERE p.pronamespace IN ('ledger'::regnamespace, 'jobs'::regnamespace) AND NOT p.prosecdef
      AND has_function_privilege('holdfast_worker', p.oid, 'EXECUTE')
  LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = UTC'
                   ' SET lock_timeout = ''2s'' SET enable_seqscan = off'
                   ' SET plan_cache_mode = force_generic_plan', v_function);
  END LOOP;
END $$;
