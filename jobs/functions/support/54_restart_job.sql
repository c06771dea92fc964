-- Replaces an accepted attempt by compare-and-set: its result is kept and never charged, and the workflow makes the
-- next one. One whose outcome is unknown may have run, and is not replaced; nor is one beside which another would cost
-- too much. return_by is set as if the output began now. p_call: from_attempt.
CREATE OR REPLACE FUNCTION jobs.restart_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_named     record;
  v_refusal   text;
  v_attempt   jobs.attempts;
  v_output    jobs.outputs;
  v_return_by timestamptz;
BEGIN
  SELECT count(*) AS named, count(*) FILTER (WHERE a.state IN ('posting', 'unknown', 'accepted')) AS live,
         bool_or(a.state IN ('posting', 'unknown')) AS is_unknown, bool_or(a.state = 'replaced') AS is_replaced,
         bool_or(a.state = 'collected') AS is_delivered,
         min(a.reference) FILTER (WHERE a.state = 'accepted') AS reference
  INTO v_named FROM jobs.attempts_named(p_account_id, p_job_id, p_call->'from_attempt') a;
  v_refusal := CASE
    WHEN NOT EXISTS (SELECT 1 FROM jobs.open_outputs(p_account_id, p_job_id)) THEN 'job_ended'
    WHEN v_named.named = 0 THEN 'no_such_attempt'
    WHEN v_named.live > 1 THEN 'several_attempts'
    WHEN v_named.is_unknown THEN 'attempt_unknown'
    WHEN v_named.reference IS NULL AND v_named.is_delivered THEN 'attempt_delivered'
    WHEN v_named.reference IS NULL AND v_named.is_replaced THEN 'attempt_replaced'
    WHEN v_named.reference IS NOT NULL AND NOT (p_call->>'is_running')::boolean THEN 'not_running'
    WHEN (SELECT jobs.is_too_costly(p_account_id, a.output_id, a.provider, a.model, a.cost, a.max_cost)
          FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = v_named.reference)
      THEN 'too_costly' END;
  UPDATE jobs.attempts a SET state = 'replaced', resolved_at = ledger.clock()
  WHERE v_refusal IS NULL AND a.account_id = p_account_id AND a.reference = v_named.reference AND a.state = 'accepted'
  RETURNING a.* INTO v_attempt;
  IF NOT FOUND THEN  -- over: its result may have been stored meanwhile, which takes no lock of the account
    RETURN jobs.refused(coalesce(v_refusal, 'attempt_over'));
  END IF;
  SELECT o.* INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = v_attempt.output_id;
  v_return_by := greatest(jobs.return_by(p_account_id, v_output.output_id),
                          p_now + make_interval(secs => v_output.deadline_seconds));
  PERFORM jobs.return_later(p_account_id, p_job_id, ARRAY[v_output.reservation_id], v_return_by, p_now);
  RETURN jsonb_build_object('outcome', 'done', 'output_id', v_attempt.output_id, 'attempt', v_attempt.reference,
                            'return_by', v_return_by);
END $$;
