-- An attempt, and how long ago it was posted and given up by its submitter, by the database's clock.
CREATE OR REPLACE FUNCTION jobs.read_attempt(p_account_id text, p_reference text) RETURNS TABLE (
  state text, provider_job_id text, error_class text, posted_seconds_ago float, closed_seconds_ago float,
  submitter text, told_job text
) LANGUAGE sql STABLE AS $$
  SELECT a.state, a.provider_job_id, a.error_class, extract(epoch FROM ledger.clock() - a.posted_at)::float,
         extract(epoch FROM ledger.clock() - a.closed_at)::float, a.submitter, a.told_job
  FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;

-- All attempts of an output, and how long ago each was posted, by the database's clock.
CREATE OR REPLACE FUNCTION jobs.read_attempts_of_output(p_account_id text, p_output_id text) RETURNS TABLE (
  reference text, stage text, is_last_stage boolean, state text, provider text, provider_job_id text,
  posted_seconds_ago float, sha256 text, content_type text, bytes bigint
) LANGUAGE sql STABLE AS $$
  SELECT a.reference, a.stage, a.is_last_stage, a.state, a.provider, a.provider_job_id,
         extract(epoch FROM ledger.clock() - a.posted_at)::float, a.sha256, a.content_type, a.bytes
  FROM jobs.attempts_of(p_account_id, p_output_id) a ORDER BY a.stage, a.number
$$;
