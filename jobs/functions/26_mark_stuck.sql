-- Marks an output past its expected time as stuck, and its job. Returns whether the output is stuck now.
CREATE OR REPLACE FUNCTION jobs.mark_stuck(p_account_id text, p_job_id text, p_output_id text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.lock(p_account_id);
BEGIN
  UPDATE jobs.outputs SET state = 'stuck'
  WHERE account_id = p_account_id AND output_id = p_output_id AND state IN ('queued', 'running');
  IF FOUND THEN
    UPDATE jobs.jobs SET state = 'stuck'
    WHERE account_id = p_account_id AND job_id = p_job_id AND state IN ('queued', 'running');
    IF FOUND THEN
      PERFORM jobs.append_event(p_account_id, p_job_id, 'job.stuck', '{}', v_now);
    END IF;
  END IF;
  RETURN EXISTS (
    SELECT 1 FROM jobs.outputs WHERE account_id = p_account_id AND output_id = p_output_id AND state = 'stuck');
END $$;
