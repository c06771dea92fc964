-- Moves an attempt on by compare-and-set. Returns its state now and whether this call moved it. An accepted attempt
-- makes a queued job running; a stuck one is still late. A provider's id that comes too late is kept.
CREATE OR REPLACE FUNCTION jobs.move_attempt(
  p_account_id text, p_reference text, p_from text[], p_to text, p_provider_job_id text, p_error_class text
) RETURNS TABLE (is_moved boolean, state text, provider_job_id text) LANGUAGE plpgsql AS $$
DECLARE
  v_now     timestamptz := ledger.lock(p_account_id);
  v_attempt jobs.attempts;
BEGIN
  UPDATE jobs.attempts a
  SET state = p_to, provider_job_id = coalesce(p_provider_job_id, a.provider_job_id), error_class = p_error_class,
      resolved_at = CASE WHEN p_to NOT IN ('accepted', 'unknown') THEN ledger.clock() END
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.state = ANY (p_from)
  RETURNING a.* INTO v_attempt;
  is_moved := FOUND;
  IF NOT is_moved THEN
    UPDATE jobs.attempts a SET provider_job_id = coalesce(a.provider_job_id, p_provider_job_id)
    WHERE a.account_id = p_account_id AND a.reference = p_reference RETURNING a.* INTO v_attempt;
  ELSIF p_to = 'accepted' THEN
    UPDATE jobs.outputs o SET state = 'running'
    WHERE o.account_id = p_account_id AND o.output_id = v_attempt.output_id AND o.state = 'queued';
    UPDATE jobs.jobs j SET state = 'running'
    WHERE j.account_id = p_account_id AND j.job_id = v_attempt.job_id AND j.state = 'queued';
    IF FOUND THEN
      PERFORM jobs.append_event(p_account_id, v_attempt.job_id, 'job.running', '{}', v_now);
    END IF;
  END IF;
  RETURN QUERY SELECT is_moved, v_attempt.state::text, v_attempt.provider_job_id;
END $$;

-- Moves an attempt to accepted, under its service's id of the job. Where another attempt of the service has that
-- id, its result may be another customer's: the attempt is unknown then.
CREATE OR REPLACE FUNCTION jobs.accept_attempt(
  p_account_id text, p_reference text, p_from text[], p_provider_job_id text
) RETURNS TABLE (is_moved boolean, state text, provider_job_id text) LANGUAGE plpgsql AS $$
DECLARE
  v_is_anothers boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_provider_job_id, 0));
  SELECT EXISTS (
    SELECT 1 FROM jobs.attempts o WHERE o.run_id = substring(p_provider_job_id FROM '([^/ ]+)( |$)')
      AND o.provider_job_id = p_provider_job_id AND o.provider = a.provider AND o.reference <> a.reference)
  INTO v_is_anothers FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference;
  RETURN QUERY SELECT * FROM jobs.move_attempt(
    p_account_id, p_reference, p_from, CASE WHEN v_is_anothers THEN 'unknown' ELSE 'accepted' END,
    CASE WHEN NOT v_is_anothers THEN p_provider_job_id END, CASE WHEN v_is_anothers THEN 'unclear_answer' END);
END $$;
