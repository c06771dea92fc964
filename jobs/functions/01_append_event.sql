-- Appends an event to a job.
CREATE OR REPLACE FUNCTION jobs.append_event(
  p_account_id text, p_job_id text, p_type text, p_data jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_seq bigint;
BEGIN
  UPDATE jobs.jobs SET event_seq = event_seq + 1 WHERE account_id = p_account_id AND job_id = p_job_id
  RETURNING event_seq INTO v_seq;
  IF FOUND THEN
    PERFORM jobs.write_event(p_account_id, p_job_id, v_seq, p_type, p_data, p_now);
  END IF;
END $$;

-- Writes an event whose number the caller has counted on the job's row.
CREATE OR REPLACE FUNCTION jobs.write_event(
  p_account_id text, p_job_id text, p_seq bigint, p_type text, p_data jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at)
  VALUES (p_account_id, p_job_id, p_seq, p_type, p_data, p_now);
END $$;
