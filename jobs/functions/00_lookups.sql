-- The outputs of a job, by the index made for it.
CREATE OR REPLACE FUNCTION jobs.outputs_of(p_account_id text, p_job_id text) RETURNS SETOF jobs.outputs
LANGUAGE sql STABLE AS $$
  SELECT o.* FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND o.job_id > ''
$$;

-- The attempts at an output, by the index made for it.
CREATE OR REPLACE FUNCTION jobs.attempts_of(p_account_id text, p_output_id text) RETURNS SETOF jobs.attempts
LANGUAGE sql STABLE AS $$
  SELECT a.* FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.output_id = p_output_id AND a.output_id > ''
$$;

-- A refusal: of a submission, with its problem code; of a support command, without.
CREATE OR REPLACE FUNCTION jobs.refused(p_reason text, p_code text DEFAULT NULL, p_detail jsonb DEFAULT '{}')
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('outcome', 'refused', 'reason', p_reason, 'code', p_code)) || p_detail
$$;

-- The account of a grant, a job or a review, for an operator who has its id alone; null: none, or several.
CREATE OR REPLACE FUNCTION jobs.account_of(p_id text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT min(i.account_id) FROM (SELECT g.account_id FROM ledger.grants g WHERE g.grant_id = p_id
    UNION ALL SELECT j.account_id FROM jobs.jobs j WHERE j.job_id = p_id
    UNION ALL SELECT r.account_id FROM jobs.reviews r WHERE r.review_id = p_id) i HAVING count(*) = 1
$$;
