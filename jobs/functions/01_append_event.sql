-- Appends an event to a job whose row the caller has locked (by its account).
CREATE OR REPLACE FUNCTION jobs.append_event(p_account_id text, p_job_id text, p_type text, p_data jsonb, p_now timestamptz)
RETURNS void LANGUAGE sql AS $$
  WITH counted AS (
    UPDATE jobs.jobs SET event_seq = event_seq + 1 WHERE account_id = p_account_id AND job_id = p_job_id
    RETURNING event_seq
  )
  INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at)
  SELECT p_account_id, p_job_id, c.event_seq, p_type, p_data, p_now FROM counted c
$$;
