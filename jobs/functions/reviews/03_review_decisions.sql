CREATE OR REPLACE FUNCTION jobs.last_decision(p_account_id text, p_review_id text) RETURNS SETOF jobs.review_decisions
LANGUAGE sql STABLE AS $$
  SELECT d.* FROM jobs.review_decisions d
  WHERE d.account_id = p_account_id AND d.review_id = p_review_id ORDER BY d.number DESC LIMIT 1
$$;

-- The decision in force: the last, unless it was a free retry that failed, was refused, or did not begin within two
-- minutes (an admission takes at most one). Then the review is open again.
CREATE OR REPLACE FUNCTION jobs.decision_in_force(p_account_id text, p_review_id text, p_now timestamptz)
RETURNS SETOF jobs.review_decisions LANGUAGE sql STABLE AS $$
  SELECT d.* FROM jobs.last_decision(p_account_id, p_review_id) d
  LEFT JOIN jobs.jobs j ON j.account_id = d.account_id AND j.job_id = d.retry_job_id
  LEFT JOIN jobs.admissions a ON a.account_id = d.account_id AND a.job_id = d.retry_job_id
  WHERE d.decision <> 'free_retry'
    OR CASE WHEN j.job_id IS NOT NULL THEN j.state NOT IN ('failed', 'canceled')
            WHEN a.job_id IS NOT NULL THEN false
            ELSE p_now < d.created_at + interval '2 minutes' END
$$;

-- The reservation that paid for an output: of a free retry, that of the output it retries.
CREATE OR REPLACE FUNCTION jobs.payment_of(p_account_id text, p_output_id text) RETURNS ledger.reservations
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE chain AS (
    SELECT o.job_id, o.reservation_id, 0 AS step FROM jobs.outputs o
    WHERE o.account_id = p_account_id AND o.output_id = p_output_id
    UNION ALL SELECT o.job_id, o.reservation_id, c.step + 1 FROM chain c
    JOIN jobs.review_decisions d ON d.account_id = p_account_id AND d.retry_job_id = c.job_id
    JOIN jobs.reviews r USING (account_id, review_id)
    JOIN jobs.outputs o ON o.account_id = p_account_id AND o.output_id = r.output_id
  )
  SELECT r FROM (SELECT c.reservation_id FROM chain c ORDER BY c.step DESC LIMIT 1) paid
  CROSS JOIN LATERAL ledger.reservation_of(p_account_id, paid.reservation_id) r
$$;

-- Whether a job may be admitted free: the last decision of a review names it, and nothing was refunded.
CREATE OR REPLACE FUNCTION jobs.is_free_retry(p_account_id text, p_job_id text)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM jobs.review_decisions d
    JOIN jobs.reviews r USING (account_id, review_id)
    CROSS JOIN LATERAL jobs.payment_of(d.account_id, r.output_id) p
    WHERE d.account_id = p_account_id AND d.retry_job_id = p_job_id AND p.committed > 0 AND p.refunded = 0
      AND d.number = (SELECT l.number FROM jobs.last_decision(d.account_id, d.review_id) l))
$$;

-- A review with all that a reviewer needs: the brief, the output, what it cost, every decision.
CREATE OR REPLACE FUNCTION jobs.review_as_json(p_review jobs.reviews) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(p_review) - ARRAY['review_id', 'number'] || jsonb_build_object(
    'id', p_review.review_id, 'state', CASE WHEN s.decision IS NULL THEN 'open' ELSE 'decided' END,
    'decision', s.decision, 'reason', s.reason, 'decided_at', s.created_at, 'retry_job_id', l.retry_job_id,
    'retry_state', (
      SELECT j.state FROM jobs.jobs j WHERE j.account_id = p_review.account_id AND j.job_id = l.retry_job_id),
    'model', (
      SELECT j.model FROM jobs.jobs j WHERE j.account_id = p_review.account_id AND j.job_id = p_review.job_id),
    'work', o.work, 'content_type', o.content_type, 'bytes', o.bytes, 'sha256', o.sha256,
    'paid', (
      SELECT jsonb_build_object('output_id', p.output_id, 'committed', p.committed, 'refunded', p.refunded)
      FROM jobs.payment_of(p_review.account_id, p_review.output_id) p WHERE p.reservation_id IS NOT NULL),
    'decisions', (
      SELECT coalesce(jsonb_agg(v), '[]') FROM (
        SELECT d.decision, d.reason, d.actor, d.created_at AS decided_at, d.retry_job_id FROM jobs.review_decisions d
        WHERE d.account_id = p_review.account_id AND d.review_id = p_review.review_id ORDER BY d.number) v))
  FROM jobs.outputs o
  LEFT JOIN jobs.decision_in_force(
    p_review.account_id, p_review.review_id, ledger.clock_of(p_review.account_id)) s ON true
  LEFT JOIN jobs.last_decision(p_review.account_id, p_review.review_id) l ON true
  WHERE o.account_id = p_review.account_id AND o.output_id = p_review.output_id
$$;
