-- The outputs of a job, by the one index that is made for it.
CREATE OR REPLACE FUNCTION jobs.outputs_of(p_account_id text, p_job_id text) RETURNS SETOF jobs.outputs
LANGUAGE sql STABLE AS $$
  SELECT o.* FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND o.job_id > ''
$$;

-- The attempts at an output, by the one index that is made for it.
CREATE OR REPLACE FUNCTION jobs.attempts_of(p_account_id text, p_output_id text) RETURNS SETOF jobs.attempts
LANGUAGE sql STABLE AS $$
  SELECT a.* FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.output_id = p_output_id AND a.output_id > ''
$$;
