-- Up Migration
-- The same barrier as the ledger's: functions by name, and nothing else.

REVOKE ALL ON SCHEMA jobs FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC;

GRANT USAGE ON SCHEMA jobs TO holdfast_api, holdfast_worker;

GRANT EXECUTE ON FUNCTION
  jobs.store_quote(text, text, text, jsonb, int),
  jobs.quote_exists(text, text),
  jobs.has_room(text),
  jobs.read_admission(text, text),
  jobs.read_job(text, text),
  jobs.read_output(text, text),
  jobs.read_reservation_ids(text, text),
  jobs.read_events(text, text, bigint, int),
  jobs.read_event_seqs(text[], text[]),
  jobs.read_api_key(text),
  jobs.create_api_key(text, text, text, bytea, text[])
TO holdfast_api, holdfast_worker;

GRANT EXECUTE ON FUNCTION
  jobs.admit(jsonb),
  jobs.begin_attempt(text, text, text, text, int, text, text),
  jobs.move_attempt(text, text, text[], text, text, text),
  jobs.read_attempt(text, text),
  jobs.read_attempts_of_output(text, text),
  jobs.record_asset(text, text, text, text, bigint, text, text),
  jobs.record_progress(text, text, jsonb),
  jobs.mark_stuck(text, text, text),
  jobs.settle(jsonb),
  jobs.reconcile()
TO holdfast_worker;

-- Down Migration
