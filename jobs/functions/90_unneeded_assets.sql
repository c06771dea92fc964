-- Which of these files nothing refers to. A picture of a brief is needed until all outputs of its job have expired (an
-- edit and a free retry take it from there); an attempt's result likewise, and of a failed output for p_support_days.
CREATE OR REPLACE FUNCTION jobs.unneeded_assets(p_sha256s text[], p_support_days int) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT s FROM unnest(p_sha256s) s WHERE NOT EXISTS (
    SELECT FROM jobs.attempts a
    JOIN jobs.outputs o USING (account_id, output_id) WHERE a.sha256 = s
      AND (coalesce(o.expires_at > now(), true) OR o.state <> 'succeeded'
           AND coalesce(a.resolved_at, a.posted_at) > now() - make_interval(days => p_support_days))
  ) AND NOT EXISTS (
    SELECT FROM jobs.reference_assets r
    CROSS JOIN LATERAL jobs.outputs_of(r.account_id, r.job_id) o
    WHERE r.sha256 = s AND coalesce(o.expires_at > now(), true)
  )
$$;

-- Names this database among all: an asset folder is swept for the one it belongs to only.
CREATE OR REPLACE FUNCTION jobs.database_identity() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT current_database() || '@' || system_identifier FROM pg_control_system()
$$;
