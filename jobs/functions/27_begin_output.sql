-- An output's return_by; null: it is settled.
CREATE OR REPLACE FUNCTION jobs.return_by(p_account_id text, p_output_id text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT r.return_by
  FROM jobs.outputs o CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r
  WHERE o.account_id = p_account_id AND o.output_id = p_output_id AND r.state = 'open'
$$;

-- Begins one of a job's several outputs, once: its own deadline counts from now, unless support has extended the job.
-- Returns what its workflow runs by; no row: its reservation has ended. left_seconds: from its beginning to its
-- return_by, negative past that; age_seconds: since its beginning.
CREATE OR REPLACE FUNCTION jobs.begin_output(p_account_id text, p_output_id text)
RETURNS TABLE (work jsonb, credits bigint, deadline_seconds float, left_seconds float, age_seconds float)
LANGUAGE plpgsql AS $$
DECLARE
  v_now       timestamptz := ledger.lock(p_account_id);
  v_return_by timestamptz := jobs.return_by(p_account_id, p_output_id);
  v_output    jobs.outputs;
  v_job_by    timestamptz;
BEGIN
  IF v_return_by IS NULL THEN
    RETURN;
  END IF;
  SELECT o.* INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
  IF v_output.begun_at IS NULL THEN
    UPDATE jobs.outputs o SET begun_at = v_now WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
    v_output.begun_at := v_now;
    SELECT j.created_at + make_interval(secs => j.deadline_seconds) INTO v_job_by
    FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = v_output.job_id;
    IF v_return_by <= v_job_by + interval '1 second' THEN
      v_return_by := least(v_return_by, v_now + make_interval(secs => v_output.deadline_seconds));
      PERFORM ledger.move_return_by(p_account_id, ARRAY[v_output.reservation_id], NULL, v_return_by);
    END IF;
  END IF;
  RETURN QUERY SELECT v_output.work, v_output.credits::bigint, v_output.deadline_seconds,
    extract(epoch FROM v_return_by - v_output.begun_at)::float, extract(epoch FROM v_now - v_output.begun_at)::float;
END $$;
