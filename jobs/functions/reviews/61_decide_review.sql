-- Decides a review, once per key: a refund of all that is left of what the output cost; a free retry, one job
-- (p_retry_job_id) at no credits; or a denial. A decision in force stays. decided (is_replay: before) | not_found |
-- key_reused | decided_otherwise | nothing_to_make_good | partly_refunded.
CREATE OR REPLACE FUNCTION jobs.decide_review(
  p_account_id text, p_review_id text, p_key text, p_fingerprint text, p_decision text, p_reason text, p_actor text,
  p_retry_job_id text, p_goodwill_seconds float
) RETURNS TABLE (outcome text, is_replay boolean) LANGUAGE plpgsql AS $$
DECLARE
  v_now      timestamptz := ledger.lock(p_account_id);
  v_retry_id text := CASE p_decision WHEN 'free_retry' THEN p_retry_job_id END;
  v_review   jobs.reviews;
  v_keyed    jobs.review_decisions;
  v_in_force jobs.review_decisions;
  v_payment  ledger.reservations;
  v_credits  bigint;
BEGIN
  SELECT r.* INTO v_review FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.review_id = p_review_id;
  SELECT d.* INTO v_keyed FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.key = p_key;
  SELECT d.* INTO v_in_force FROM jobs.decision_in_force(p_account_id, p_review_id, v_now) d;
  v_payment := jobs.payment_of(p_account_id, v_review.output_id);
  outcome := CASE
    WHEN v_review.review_id IS NULL THEN 'not_found'
    WHEN (v_keyed.review_id, v_keyed.fingerprint) = (p_review_id, p_fingerprint) THEN 'decided'
    WHEN v_keyed.key IS NOT NULL THEN 'key_reused'
    WHEN v_in_force.decision = p_decision THEN 'decided'
    WHEN v_in_force.decision IS NOT NULL THEN 'decided_otherwise'
    WHEN p_decision <> 'deny' AND coalesce(v_payment.committed - v_payment.refunded, 0) = 0 THEN 'nothing_to_make_good'
    WHEN p_decision = 'free_retry' AND v_payment.refunded > 0 THEN 'partly_refunded' END;
  is_replay := coalesce(outcome IN ('decided', 'key_reused', 'decided_otherwise'), false);
  IF outcome IS NULL THEN
    outcome := 'decided';
    IF p_decision = 'refund' THEN
      SELECT f.credits INTO v_credits FROM ledger.refund(p_account_id, v_payment.reservation_id,
        'refund_' || p_review_id, NULL, p_reason, p_actor, p_goodwill_seconds) f;
      PERFORM jobs.append_event(p_account_id, v_payment.job_id, 'credits.refunded', jsonb_build_object(
        'output_id', v_payment.output_id, 'credits', v_credits, 'reason', p_reason, 'review_id', p_review_id), v_now);
    END IF;
    INSERT INTO jobs.review_decisions (account_id, review_id, number, key, fingerprint, decision, reason, actor,
                                       retry_job_id, created_at)
    SELECT p_account_id, p_review_id, count(*) + 1, p_key, p_fingerprint, p_decision, p_reason, coalesce(p_actor, ''),
           v_retry_id, v_now
    FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.review_id = p_review_id;
    PERFORM ledger.record_action(p_account_id, p_actor, 'decide_review', p_reason, jsonb_strip_nulls(jsonb_build_object(
      'job_id', v_review.job_id, 'review_id', p_review_id, 'output_id', v_review.output_id, 'decision', p_decision,
      'retry_job_id', v_retry_id)), v_now);
  END IF;
  RETURN NEXT;
END $$;
