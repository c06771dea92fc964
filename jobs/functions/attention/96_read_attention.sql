-- What asks for a person now: of each kind p_limit at most, those first that matter first, in one query. Each list is
-- the beginning of an index of what is open: nothing of the past is read, however much of it there is.
CREATE OR REPLACE FUNCTION jobs.read_attention(p_limit int) RETURNS jsonb LANGUAGE sql STABLE
SET enable_bitmapscan = off AS $$
  SELECT jsonb_build_object('at', ledger.clock(), 'stuck', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT j.account_id, j.job_id, j.kind, j.model, j.expected_by, j.return_by AS returned_automatically_by
      FROM jobs.jobs j WHERE j.state = 'stuck' ORDER BY j.return_by LIMIT p_limit) v),
  'unknown_outcomes', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT a.account_id, a.job_id, a.output_id, a.reference, a.provider, a.posted_at
      FROM jobs.attempts a WHERE a.state = 'unknown' ORDER BY a.posted_at LIMIT p_limit) v),
  'overdue', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT r.account_id, r.job_id, r.reservation_id, r.amount AS credits, r.return_by
      FROM ledger.reservations r
      WHERE r.state = 'open' AND r.return_by < (SELECT ledger.clock() - interval '2 minutes')
      ORDER BY r.return_by LIMIT p_limit) v),
  'reviews', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT r.account_id, r.review_id AS id, r.job_id, r.category, r.created_at
      FROM (SELECT * FROM jobs.may_be_open o WHERE o.kind = 'review' ORDER BY o.since, o.id) m
      CROSS JOIN LATERAL (
        SELECT s.*, jobs.is_listed(s, 'open', NULL, NULL, NULL) AS is_open
        FROM jobs.reviews s WHERE s.account_id = m.account_id AND s.review_id = m.id LIMIT 1) r
      WHERE r.is_open ORDER BY m.since, m.id LIMIT p_limit) v),
  'repairs', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT p.account_id, p.reservation_id, r.job_id, p.why, p.tries, p.first_seen_at
      FROM (SELECT * FROM jobs.may_be_open o WHERE o.kind = 'repair' ORDER BY o.since, o.id) m
      CROSS JOIN LATERAL (
        SELECT * FROM jobs.repairs q WHERE q.account_id = m.account_id AND q.reservation_id = m.id LIMIT 1) p
      CROSS JOIN LATERAL ledger.reservation_of(m.account_id, m.id) r
      WHERE r.state = 'open' ORDER BY m.since, m.id LIMIT p_limit) v),
  'webhooks', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT e.account_id, e.endpoint_id AS id, e.url, e.disabled_at IS NULL AS enabled, e.failing_since
      FROM jobs.webhook_endpoints e WHERE e.failing_since IS NOT NULL AND e.deleted_at IS NULL
      ORDER BY e.failing_since LIMIT p_limit) v),
  'models', (SELECT coalesce(jsonb_agg(m), '[]') FROM jobs.read_models(false) m))
$$;

-- Takes out what is closed for good: a review that was refunded or denied, or whose free retry was delivered; a repair
-- whose reservation has ended. What is left is what is open, and free retries under way.
CREATE OR REPLACE FUNCTION jobs.prune_attention() RETURNS void LANGUAGE sql AS $$
  DELETE FROM jobs.may_be_open m WHERE CASE m.kind
    WHEN 'review' THEN EXISTS (
      SELECT FROM jobs.last_decision(m.account_id, m.id) d
      LEFT JOIN jobs.jobs j ON j.account_id = d.account_id AND j.job_id = d.retry_job_id
      WHERE d.decision <> 'free_retry' OR j.state IN ('succeeded', 'partially_succeeded'))
    ELSE NOT EXISTS (
      SELECT FROM jobs.repairs p JOIN ledger.reservations r USING (account_id, reservation_id)
      WHERE p.account_id = m.account_id AND p.reservation_id = m.id AND r.state = 'open') END
$$;
