-- Jobs with several outputs: each is taken up by a workflow of its own, and the job's workflow tells how all came out.

-- Takes an output up: its clock starts, once, and with it its own deadline: until now its credits were to return with the
-- job's. (Unless support has extended the job, which holds for its outputs that have not begun as well.) Answers what its workflow
-- runs by; no row when there is nothing to run: the output's reservation has ended, or the account has no such output.
--   deadline_seconds  how long it may take, from its start
--   left_seconds      until its credits return, when it was first taken up: less where the job's deadline comes first, negative past that
--   age_seconds       since it was first taken up
CREATE OR REPLACE FUNCTION jobs.take_up_output(p_account_id text, p_output_id text)
RETURNS TABLE (work jsonb, credits bigint, deadline_seconds double precision, left_seconds double precision,
               age_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now       timestamptz := ledger.lock(p_account_id);
  v_output    jobs.outputs;
  v_return_by timestamptz;
  v_job_by    timestamptz;
BEGIN
  SELECT o.* INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
  SELECT r.return_by INTO v_return_by FROM ledger.reservations r
  WHERE r.account_id = p_account_id AND r.reservation_id = v_output.reservation_id AND r.state = 'open';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF v_output.taken_up_at IS NULL THEN
    UPDATE jobs.outputs o SET taken_up_at = v_now WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
    v_output.taken_up_at := v_now;
    SELECT j.created_at + make_interval(secs => j.deadline_seconds) INTO v_job_by
    FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = v_output.job_id;
    IF v_return_by <= v_job_by + interval '1 second' THEN
      v_return_by := ledger.return_sooner(p_account_id, v_output.reservation_id, v_now + make_interval(secs => v_output.deadline_seconds));
    END IF;
  END IF;
  RETURN QUERY
    SELECT v_output.work, v_output.credits, v_output.deadline_seconds,
           extract(epoch FROM v_return_by - v_output.taken_up_at)::double precision,
           extract(epoch FROM v_now - v_output.taken_up_at)::double precision;
END $$;
