-- One barrier: the processes' roles may execute the functions named here and nothing else. Applied on every migrate, after
-- the functions; what an earlier version granted and this one does not is taken away.

REVOKE ALL ON SCHEMA jobs FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC, holdfast_api, holdfast_worker;
GRANT USAGE ON SCHEMA jobs TO holdfast_api, holdfast_worker;

GRANT EXECUTE ON FUNCTION
  jobs.store_quote(text, text, text, jsonb, int),
  jobs.quote_exists(text, text),
  jobs.has_room(text),
  jobs.read_admission(text, text),
  jobs.read_job(text, text),
  jobs.account_of_job(text),
  jobs.read_output(text, text),
  jobs.read_reservation_ids(text, text),
  jobs.read_events(text, text, bigint, int),
  jobs.read_event_seqs(text[], text[]),
  jobs.read_api_key(text),
  jobs.create_api_key(text, text, text, bytea, text[]),
  jobs.list_jobs(text, text, text, timestamptz, timestamptz, timestamptz, text, int),
  jobs.spend(jsonb),
  jobs.grant_credits(text, text, text, text, text, int, bigint, timestamptz, interval, text, text, text),
  jobs.cancel_abandoned(text, text, jsonb),
  jobs.keep_cancel_key(text, text, text, boolean),
  jobs.read_edit_sources(text, text[]),
  jobs.read_lineage(text, text, int),
  jobs.command_job(text, text, text, text, jsonb),
  jobs.inspect_job(text, text),
  jobs.list_repairs(text, boolean, timestamptz, text, text, int),
  jobs.open_review(text, text, text, text, jsonb),
  jobs.decide_review(text, text, text, text, text, text, text, text, double precision),
  jobs.read_review(text, text),
  jobs.account_of_review(text),
  jobs.list_reviews(text, text, text, timestamptz, text, int),
  jobs.list_reviews_of_all(text, text, timestamptz, text, int)
TO holdfast_api, holdfast_worker;

GRANT EXECUTE ON FUNCTION
  jobs.admit(jsonb),
  jobs.prepare_attempt(text, text, text),
  jobs.begin_attempt(text, text, text, text, int, text, text, text),
  jobs.close_attempt(text, text),
  jobs.move_attempt(text, text, text[], text, text, text),
  jobs.read_attempt(text, text),
  jobs.read_attempts_of_output(text, text),
  jobs.record_asset(text, text, text, text, bigint, text, text),
  jobs.record_progress(text, text, jsonb),
  jobs.mark_stuck(text, text, text),
  jobs.settle(jsonb),
  jobs.claim_attempts_to_stop(int),
  jobs.unneeded_assets(text[], int),
  jobs.database_identity(),
  jobs.forget_attempt_to_stop(text, text),
  jobs.reconcile(),
  jobs.take_up_output(text, text),
  jobs.read_job_result(text, text),
  jobs.record_repairs(jsonb),
  jobs.return_by(text, text),
  jobs.seconds_to_return(text, text),
  jobs.read_free_retry(text, text),
  jobs.reconcile_reviews(),
  jobs.claim_references(text, text, text, double precision),
  jobs.resolve_reference(text, text, text, text, text, text, bigint),
  jobs.read_references(text, text),
  jobs.read_stage_results(text, text),
  jobs.fail_attempt(text, text, text, text, text),
  jobs.record_stage_progress(text, text, text, int, double precision, double precision, double precision, int)
TO holdfast_worker;
