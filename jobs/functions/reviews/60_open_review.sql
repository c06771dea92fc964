-- Stores a customer's report of a delivered output. opened | known (the same report, made before) | not_found |
-- not_delivered | open_already (another report of it is open) | made_good (by a refund or a free retry) |
-- too_many_of_output | too_many_today, with the seconds to wait. p_limits: reports_of_output, reports_per_day.
CREATE OR REPLACE FUNCTION jobs.open_review(
  p_account_id text, p_output_id text, p_category text, p_note text, p_limits jsonb
) RETURNS TABLE (outcome text, review_id text, retry_after_seconds float) LANGUAGE plpgsql AS $$
DECLARE
  v_now     timestamptz := ledger.lock(p_account_id);
  v_output  jobs.outputs;
  v_payment ledger.reservations;
  v_earlier record;
  v_oldest  timestamptz;
BEGIN
  SELECT o.* INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
  SELECT count(*) AS reviews,
         max(r.review_id) FILTER (WHERE r.category = p_category AND r.note IS NOT DISTINCT FROM p_note) AS same,
         max(r.review_id) FILTER (WHERE d.decision IS NULL) AS open,
         max(r.review_id) FILTER (WHERE d.decision <> 'deny') AS made_good
  INTO v_earlier
  FROM jobs.reviews r LEFT JOIN jobs.decision_in_force(p_account_id, r.review_id, v_now) d ON true
  WHERE r.account_id = p_account_id AND r.output_id = p_output_id;
  v_payment := jobs.payment_of(p_account_id, p_output_id);
  -- The report that must be a day old before another is taken.
  SELECT r.created_at INTO v_oldest FROM jobs.reviews r WHERE r.account_id = p_account_id
  ORDER BY r.created_at DESC, r.review_id DESC OFFSET (p_limits->>'reports_per_day')::int - 1 LIMIT 1;
  review_id := coalesce(v_earlier.same, v_earlier.open, v_earlier.made_good);
  outcome := CASE
    WHEN v_output.output_id IS NULL THEN 'not_found'
    WHEN v_output.state <> 'succeeded' THEN 'not_delivered'
    WHEN v_earlier.same IS NOT NULL THEN 'known'
    WHEN v_earlier.open IS NOT NULL THEN 'open_already'
    WHEN v_earlier.made_good IS NOT NULL OR coalesce(v_payment.committed - v_payment.refunded, 0) = 0 THEN 'made_good'
    WHEN v_earlier.reviews >= (p_limits->>'reports_of_output')::int THEN 'too_many_of_output'
    WHEN v_oldest > v_now - interval '1 day' THEN 'too_many_today'
    ELSE 'opened' END;
  IF outcome = 'too_many_today' THEN
    retry_after_seconds := extract(epoch FROM v_oldest + interval '1 day' - v_now);
  ELSIF outcome = 'opened' THEN
    review_id := 'rev_' || regexp_replace(p_output_id, '^out_', '') || '_' || v_earlier.reviews + 1;
    INSERT INTO jobs.reviews (account_id, review_id, output_id, job_id, number, category, note, created_at)
    VALUES (p_account_id, review_id, p_output_id, v_output.job_id, v_earlier.reviews + 1, p_category, p_note, v_now);
  END IF;
  RETURN NEXT;
END $$;
