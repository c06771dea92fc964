-- Events after a number, oldest first.
CREATE OR REPLACE FUNCTION jobs.read_events(p_account_id text, p_job_id text, p_after bigint, p_limit int)
RETURNS TABLE (sequence bigint, seq bigint, type text, data jsonb, created_at timestamptz) LANGUAGE sql STABLE AS $$
  SELECT e.sequence, e.seq, e.type, e.data, e.created_at FROM jobs.events e
  WHERE e.account_id = p_account_id AND e.job_id = p_job_id AND e.seq > p_after ORDER BY e.seq LIMIT p_limit
$$;
