-- The pictures that an output's brief refers to, in its order, with what became of each; no rows: it refers to none, or
-- is not there. They are kept for as long as an output of the job is.
CREATE OR REPLACE FUNCTION jobs.list_references(p_account_id text, p_output_id text) RETURNS TABLE (
  place int, url text, state text, refusal text, sha256 text, content_type text, bytes bigint, is_expired boolean
) LANGUAGE sql STABLE AS $$
  SELECT u.place::int, u.url, coalesce(a.state, 'fetching'), a.refusal, a.sha256, a.content_type, a.bytes,
         NOT EXISTS (
           SELECT FROM jobs.outputs_of(o.account_id, o.job_id) s
           WHERE coalesce(s.expires_at > ledger.clock_of(p_account_id), true))
  FROM jobs.outputs o
  CROSS JOIN LATERAL jsonb_array_elements_text(o.work->'brief'->'reference_asset_urls') WITH ORDINALITY u (url, place)
  LEFT JOIN jobs.reference_assets a
    ON a.account_id = o.account_id AND a.job_id = o.job_id AND a.url_key = jobs.url_key(u.url)
  WHERE o.account_id = p_account_id AND o.output_id = p_output_id ORDER BY u.place
$$;
