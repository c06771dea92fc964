-- What asks for a person now: of each kind p_limit at most, in one query, whatever is open. Nothing of the past is
-- counted: each part reads p_scan rows of what is open at most (of reviews and repairs the newest), and sorts those.
CREATE OR REPLACE FUNCTION jobs.read_attention(p_limit int, p_scan int) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('at', ledger.clock(), 'stuck', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT s.account_id, s.job_id, s.kind, s.model, s.expected_by, s.return_by AS returned_automatically_by
      FROM (SELECT * FROM jobs.jobs j WHERE j.state = 'stuck' LIMIT p_scan) s ORDER BY s.return_by LIMIT p_limit) v),
  'unknown_outcomes', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT u.account_id, u.job_id, u.output_id, u.reference, u.provider, u.posted_at
      FROM (SELECT * FROM jobs.attempts a WHERE a.state = 'unknown' LIMIT p_scan) u
      ORDER BY u.posted_at LIMIT p_limit) v),
  'overdue', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT o.account_id, o.job_id, o.reservation_id, o.amount AS credits, o.return_by
      FROM (SELECT * FROM ledger.reservations r WHERE r.state = 'open' LIMIT p_scan) o
      WHERE o.return_by < ledger.clock() - interval '2 minutes' ORDER BY o.return_by LIMIT p_limit) v),
  'reviews', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT w.account_id, w.review_id AS id, w.job_id, w.category, w.created_at
      FROM (SELECT * FROM jobs.reviews r ORDER BY r.created_at DESC, r.review_id DESC LIMIT p_scan) w
      WHERE jobs.is_listed(w, 'open', NULL, NULL, NULL) ORDER BY w.created_at LIMIT p_limit) v),
  'repairs', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT p.account_id, p.reservation_id, r.job_id, p.why, p.tries, p.first_seen_at
      FROM (SELECT * FROM jobs.repairs q ORDER BY q.first_seen_at DESC LIMIT p_scan) p
      JOIN ledger.reservations r USING (account_id, reservation_id)
      WHERE r.state = 'open' ORDER BY p.first_seen_at LIMIT p_limit) v),
  'webhooks', (
    SELECT coalesce(jsonb_agg(v), '[]') FROM (
      SELECT e.account_id, e.endpoint_id AS id, e.url, e.disabled_at IS NULL AS enabled, e.failing_since
      FROM jobs.webhook_endpoints e WHERE e.failing_since IS NOT NULL AND e.deleted_at IS NULL
      ORDER BY e.failing_since LIMIT p_limit) v),
  'models', (SELECT coalesce(jsonb_agg(m), '[]') FROM jobs.read_models(false) m))
$$;
