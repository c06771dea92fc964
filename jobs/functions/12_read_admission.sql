-- What was answered under a key, for whoever comes before or after the workflow; no row when the key is new.
CREATE OR REPLACE FUNCTION jobs.read_admission(p_account_id text, p_job_id text)
RETURNS TABLE (outcome jsonb, fingerprint text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  SELECT a.outcome, a.fingerprint FROM jobs.admissions a WHERE a.account_id = p_account_id AND a.job_id = p_job_id
$$;
