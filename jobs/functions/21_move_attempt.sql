-- Moves an attempt on by compare-and-set: from one of p_from to p_to. Answers how it stands now and whether this call
-- moved it. An accepted one makes a queued job running; one that is stuck by then stays so: it is still late. A provider's id that comes too late is kept for support.
CREATE OR REPLACE FUNCTION jobs.move_attempt(p_account_id text, p_reference text, p_from text[], p_to text, p_provider_job_id text,
                                  p_error_class text)
RETURNS TABLE (is_moved boolean, state text, provider_job_id text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now      timestamptz := ledger.lock(p_account_id);
  v_attempt  jobs.attempts;
  v_is_moved boolean;
BEGIN
  UPDATE jobs.attempts a
  SET state = p_to, provider_job_id = coalesce(p_provider_job_id, a.provider_job_id), error_class = p_error_class,
      resolved_at = v_now
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.state = ANY (p_from)
  RETURNING * INTO v_attempt;
  v_is_moved := FOUND;
  IF NOT v_is_moved THEN
    UPDATE jobs.attempts a SET provider_job_id = coalesce(a.provider_job_id, p_provider_job_id)
    WHERE a.account_id = p_account_id AND a.reference = p_reference
    RETURNING * INTO v_attempt;
  ELSIF p_to = 'accepted' THEN
    UPDATE jobs.outputs SET state = 'running'
    WHERE account_id = p_account_id AND output_id = v_attempt.output_id AND state = 'queued';
    UPDATE jobs.jobs SET state = 'running'
    WHERE account_id = p_account_id AND job_id = v_attempt.job_id AND state = 'queued';
    IF FOUND THEN
      PERFORM jobs.append_event(p_account_id, v_attempt.job_id, 'job.running', '{}', v_now);
    END IF;
  END IF;
  RETURN QUERY SELECT v_is_moved, v_attempt.state, v_attempt.provider_job_id;
END $$;
