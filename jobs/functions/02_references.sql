CREATE OR REPLACE FUNCTION jobs.url_key(p_url text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(p_url, 'UTF8')), 'hex')
$$;

-- Claims the addresses of an output's brief. Per address: mine (this output fetches it, until its lease ends), busy
-- (another output of the job does), kept, or refused and why. No rows: nothing is to be fetched.
CREATE OR REPLACE FUNCTION jobs.claim_references(
  p_account_id text, p_job_id text, p_output_id text, p_lease_seconds float
) RETURNS TABLE (place int, url text, state text, refusal text) LANGUAGE plpgsql AS $$
DECLARE
  v_now  timestamptz := ledger.clock();
  v_urls jsonb := (
    SELECT o.work->'brief'->'reference_asset_urls' FROM jobs.outputs o
    WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND o.output_id = p_output_id
      AND o.state IN ('queued', 'running', 'stuck'));
BEGIN
  INSERT INTO jobs.reference_assets AS a (account_id, job_id, url_key, url, state, claimed_by, claimed_until, sha256,
                                          content_type, bytes, resolved_at)
  SELECT DISTINCT ON (jobs.url_key(u)) p_account_id, p_job_id, jobs.url_key(u), u, coalesce(k.state, 'fetching'),
         p_output_id, v_now + make_interval(secs => p_lease_seconds), k.sha256, k.content_type, k.bytes, k.resolved_at
  FROM jsonb_array_elements_text(v_urls) u
  -- An edit and a free retry take the pictures that the job they come from kept, while one of its outputs is kept.
  LEFT JOIN jobs.reference_assets k ON k.account_id = p_account_id AND k.url_key = jobs.url_key(u) AND k.state = 'kept'
    AND k.job_id IN (
      SELECT s.job_id FROM jobs.outputs_of(p_account_id, p_job_id) o
      JOIN jobs.outputs s ON s.account_id = o.account_id AND s.output_id = o.source_output_id
      UNION
      SELECT r.job_id FROM jobs.review_decisions d JOIN jobs.reviews r USING (account_id, review_id)
      WHERE d.account_id = p_account_id AND d.retry_job_id = p_job_id)
    AND EXISTS (SELECT 1 FROM jobs.outputs_of(k.account_id, k.job_id) o WHERE coalesce(o.expires_at > v_now, true))
  ORDER BY jobs.url_key(u), k.resolved_at DESC NULLS LAST
  ON CONFLICT (account_id, job_id, url_key) DO UPDATE
  SET claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
  WHERE a.state = 'fetching' AND (a.claimed_by = excluded.claimed_by OR a.claimed_until <= v_now);
  RETURN QUERY
    SELECT min(u.place)::int, a.url,
           CASE WHEN a.state <> 'fetching' THEN a.state WHEN a.claimed_by = p_output_id THEN 'mine' ELSE 'busy' END,
           a.refusal
    FROM jsonb_array_elements_text(v_urls) WITH ORDINALITY u (url, place)
    JOIN jobs.reference_assets a
      ON a.account_id = p_account_id AND a.job_id = p_job_id AND a.url_key = jobs.url_key(u.url)
    GROUP BY a.url, a.state, a.claimed_by, a.refusal ORDER BY min(u.place);
END $$;

-- Records the result of fetching an address: an asset or a refusal. The first result stands.
CREATE OR REPLACE FUNCTION jobs.resolve_reference(
  p_account_id text, p_job_id text, p_url text, p_refusal text, p_sha256 text, p_content_type text, p_bytes bigint
) RETURNS void LANGUAGE sql AS $$
  UPDATE jobs.reference_assets
  SET state = CASE WHEN p_refusal IS NULL THEN 'kept' ELSE 'refused' END, refusal = p_refusal, sha256 = p_sha256,
      content_type = p_content_type, bytes = p_bytes, resolved_at = ledger.clock()
  WHERE account_id = p_account_id AND job_id = p_job_id AND url_key = jobs.url_key(p_url) AND state = 'fetching'
$$;

-- The pictures kept for a work, in the order of its brief; empty: it refers to none.
CREATE OR REPLACE FUNCTION jobs.references_of(p_account_id text, p_job_id text, p_work jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('sha256', k.sha256, 'content_type', k.content_type, 'bytes', k.bytes)
                            ORDER BY k.place), '[]')
  FROM (
    SELECT a.sha256, a.content_type, a.bytes, min(u.place) AS place
    FROM jsonb_array_elements_text(p_work->'brief'->'reference_asset_urls') WITH ORDINALITY u (url, place)
    JOIN jobs.reference_assets a
      ON a.account_id = p_account_id AND a.job_id = p_job_id AND a.url_key = jobs.url_key(u.url)
    WHERE a.state = 'kept' GROUP BY a.sha256, a.content_type, a.bytes
  ) k
$$;
