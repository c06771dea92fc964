-- A new attempt under the same reservation, in place of one that a provider has accepted: that one is replaced by
-- compare-and-set, so that whatever still comes of it is kept and never charged, and the next is the workflow's to make. An
-- attempt whose outcome is not known is not replaced: it may have run. return_by is set as if the output began now.
-- p_call: from_attempt (a number or a reference).
CREATE OR REPLACE FUNCTION jobs.restart_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_named     record;
  v_attempt   jobs.attempts;
  v_output    jobs.outputs;
  v_return_by timestamptz;
BEGIN
  SELECT count(*) AS named, count(*) FILTER (WHERE a.state IN ('posting', 'unknown', 'accepted')) AS live,
         bool_or(a.state IN ('posting', 'unknown')) AS is_unknown, bool_or(a.state = 'replaced') AS is_replaced,
         bool_or(a.state = 'collected') AS is_delivered, min(a.reference) FILTER (WHERE a.state = 'accepted') AS reference
  INTO v_named FROM jobs.attempts_named(p_account_id, p_job_id, p_call->'from_attempt') a;
  IF NOT EXISTS (SELECT 1 FROM jobs.open_outputs(p_account_id, p_job_id)) THEN
    RETURN jobs.refused('job_ended');
  ELSIF v_named.named = 0 THEN
    RETURN jobs.refused('no_such_attempt');
  ELSIF v_named.live > 1 THEN
    RETURN jobs.refused('several_attempts');
  ELSIF v_named.is_unknown THEN
    RETURN jobs.refused('attempt_unknown');
  ELSIF v_named.reference IS NULL THEN
    RETURN jobs.refused(CASE WHEN v_named.is_delivered THEN 'attempt_delivered'
                             WHEN v_named.is_replaced THEN 'attempt_replaced' ELSE 'attempt_over' END);
  ELSIF NOT (p_call->>'is_running')::boolean THEN
    RETURN jobs.refused('not_running');
  END IF;
  UPDATE jobs.attempts a SET state = 'replaced', resolved_at = p_now
  WHERE a.account_id = p_account_id AND a.reference = v_named.reference AND a.state = 'accepted'
  RETURNING a.* INTO v_attempt;
  IF NOT FOUND THEN  -- its result was stored, or it failed, meanwhile: those two do not take the account's lock
    RETURN jobs.refused('attempt_over');
  END IF;
  SELECT o.* INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = v_attempt.output_id;
  v_return_by := greatest(jobs.return_by(p_account_id, v_output.output_id),
                          p_now + make_interval(secs => v_output.deadline_seconds));
  PERFORM jobs.return_later(p_account_id, p_job_id, ARRAY[v_output.reservation_id], v_return_by, p_now);
  RETURN jsonb_build_object('outcome', 'done', 'output_id', v_attempt.output_id, 'attempt', v_attempt.reference,
                            'return_by', v_return_by);
END $$;
