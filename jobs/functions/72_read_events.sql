-- Events after a number, oldest first.
CREATE OR REPLACE FUNCTION jobs.read_events(p_account_id text, p_job_id text, p_after bigint, p_limit int)
RETURNS TABLE (seq bigint, type text, data jsonb, created_at timestamptz) LANGUAGE sql STABLE AS $$
  SELECT e.seq, e.type, e.data, e.created_at FROM jobs.events e
  WHERE e.account_id = p_account_id AND e.job_id = p_job_id AND e.seq > p_after ORDER BY e.seq LIMIT p_limit
$$;

-- How far many jobs have come, in one round trip: what watchers poll. Unknown jobs have no row.
CREATE OR REPLACE FUNCTION jobs.read_event_seqs(p_account_ids text[], p_job_ids text[])
RETURNS TABLE (account_id text, job_id text, event_seq bigint, is_finished boolean) LANGUAGE sql STABLE AS $$
  SELECT j.account_id, j.job_id, j.event_seq, j.finished_at IS NOT NULL
  FROM unnest(p_account_ids, p_job_ids) w (account_id, job_id)
  JOIN jobs.jobs j ON j.account_id = w.account_id AND j.job_id = w.job_id
$$;
