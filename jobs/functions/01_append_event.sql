-- Appends an event to a job.
CREATE OR REPLACE FUNCTION jobs.append_event(
  p_account_id text, p_job_id text, p_type text, p_data jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH job AS (
    UPDATE jobs.jobs j SET event_seq = j.event_seq + 1 WHERE j.account_id = p_account_id AND j.job_id = p_job_id
    RETURNING j.event_seq)
  INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at)
  SELECT p_account_id, p_job_id, j.event_seq, p_type, p_data, p_now FROM job j;
END $$;
