-- Null when the account has no such review.
CREATE OR REPLACE FUNCTION jobs.read_review(p_account_id text, p_review_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jobs.review_as_json(r) FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.review_id = p_review_id
$$;

-- Whether a review passes the filters (null: any) and is older than a position.
CREATE OR REPLACE FUNCTION jobs.is_listed(
  p_review jobs.reviews, p_state text, p_category text, p_at timestamptz, p_review_id text
) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT (p_at IS NULL OR (p_review.created_at, p_review.review_id) < (p_at, p_review_id))
    AND (p_category IS NULL OR p_review.category = p_category)
    AND (p_state IS NULL OR (p_state = 'decided') = EXISTS (
      SELECT 1 FROM jobs.decision_in_force(
        p_review.account_id, p_review.review_id, ledger.clock_of(p_review.account_id))))
$$;

-- A page of an account's reviews, newest first, after the position (p_at, p_review_id) where the last page ended.
CREATE OR REPLACE FUNCTION jobs.list_reviews(
  p_account_id text, p_state text, p_category text, p_at timestamptz, p_review_id text, p_limit int
) RETURNS TABLE (review jsonb, created_at text, review_id text) LANGUAGE sql STABLE AS $$
  SELECT jobs.review_as_json(r), r.created_at::text, r.review_id FROM jobs.reviews r
  WHERE r.account_id = p_account_id AND jobs.is_listed(r, p_state, p_category, p_at, p_review_id)
  ORDER BY r.created_at DESC, r.review_id DESC LIMIT p_limit
$$;

-- The same of all accounts, for support.
CREATE OR REPLACE FUNCTION jobs.list_reviews_of_all(
  p_state text, p_category text, p_at timestamptz, p_review_id text, p_limit int
) RETURNS TABLE (review jsonb, created_at text, review_id text) LANGUAGE sql STABLE AS $$
  SELECT jobs.review_as_json(r), r.created_at::text, r.review_id FROM jobs.reviews r
  WHERE jobs.is_listed(r, p_state, p_category, p_at, p_review_id)
  ORDER BY r.created_at DESC, r.review_id DESC LIMIT p_limit
$$;

-- The work of a free retry, and its job's metadata. No row: no decision allows it.
CREATE OR REPLACE FUNCTION jobs.read_free_retry(p_account_id text, p_job_id text)
RETURNS TABLE (work jsonb, metadata jsonb) LANGUAGE sql STABLE AS $$
  SELECT o.work, j.metadata FROM jobs.review_decisions d
  JOIN jobs.reviews r USING (account_id, review_id)
  JOIN jobs.outputs o USING (account_id, output_id)
  JOIN jobs.jobs j ON j.account_id = r.account_id AND j.job_id = r.job_id
  WHERE d.account_id = p_account_id AND d.retry_job_id = p_job_id AND jobs.is_free_retry(p_account_id, p_job_id)
$$;
