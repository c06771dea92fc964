-- Outputs of an account: what may be read of each (sha256 is null until it is charged), and the work, for edits.
CREATE OR REPLACE FUNCTION jobs.read_outputs(p_account_id text, p_output_ids text[])
RETURNS TABLE (output_id text, state text, work jsonb, sha256 text, content_type text, bytes bigint, is_expired boolean)
LANGUAGE sql STABLE AS $$
  SELECT o.output_id, o.state, o.work, o.sha256, o.content_type, o.bytes,
         coalesce(o.expires_at <= ledger.clock_of(p_account_id), false)
  FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = ANY (p_output_ids)
$$;

-- An output's source, and its edits, oldest first, p_limit of them; no row when the account has no such output.
CREATE OR REPLACE FUNCTION jobs.read_lineage(p_account_id text, p_output_id text, p_limit int)
RETURNS TABLE (source_output_id text, derived_output_ids text[]) LANGUAGE sql STABLE AS $$
  SELECT o.source_output_id, ARRAY(
    SELECT d.output_id FROM jobs.outputs d JOIN jobs.jobs j USING (account_id, job_id)
    WHERE d.account_id = o.account_id AND d.source_output_id = o.output_id
    ORDER BY j.created_at, d.job_id, d.item, d.variation LIMIT p_limit)
  FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id
$$;
