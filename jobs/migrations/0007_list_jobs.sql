-- Up Migration

-- "My jobs", newest first. created_at and job_id never change, so updates of a job stay on its page (HOT).
CREATE INDEX jobs_by_age ON jobs.jobs (account_id, created_at DESC, job_id DESC);

-- A page of an account's jobs, newest first, after the position (p_at, p_job_id) where the last page ended. Filters are
-- null when not asked for. created_at is answered as text: it is a position, and keeps its microseconds.
CREATE FUNCTION jobs.list_jobs(p_account_id text, p_state text, p_kind text, p_created_after timestamptz,
                               p_created_before timestamptz, p_at timestamptz, p_job_id text, p_limit int)
RETURNS TABLE (job jsonb, created_at text, job_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jobs.read_job(p_account_id, page.job_id), page.created_at::text, page.job_id
  FROM (
    SELECT j.job_id, j.created_at FROM jobs.jobs j
    WHERE j.account_id = p_account_id
      AND (p_at IS NULL OR (j.created_at, j.job_id) < (p_at, p_job_id))
      AND (p_state IS NULL OR j.state = p_state)
      AND (p_kind IS NULL OR j.kind = p_kind)
      AND (p_created_after IS NULL OR j.created_at > p_created_after)
      AND (p_created_before IS NULL OR j.created_at < p_created_before)
    ORDER BY j.created_at DESC, j.job_id DESC
    LIMIT p_limit
  ) page
  ORDER BY page.created_at DESC, page.job_id DESC
$$;

REVOKE ALL ON FUNCTION jobs.list_jobs(text, text, text, timestamptz, timestamptz, timestamptz, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.list_jobs(text, text, text, timestamptz, timestamptz, timestamptz, text, int)
  TO holdfast_api, holdfast_worker;

-- Down Migration
