-- Gives back what is left of what was paid for a reviewed output, and tells the job that was charged. Whether anything was left.
CREATE OR REPLACE FUNCTION jobs.refund_reviewed(
  p_review jobs.reviews, p_payment ledger.reservations, p_reason text, p_actor text, p_goodwill_seconds double precision,
  p_now timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_refund record;
BEGIN
  SELECT f.outcome, f.credits INTO v_refund FROM ledger.refund(
    p_payment.account_id, p_payment.reservation_id, jobs.refund_id_of(p_review.review_id), NULL, p_reason, p_actor,
    p_goodwill_seconds) f;
  IF v_refund.outcome = 'refunded' THEN
    PERFORM jobs.append_event(p_payment.account_id, p_payment.job_id, 'credits.refunded', jsonb_build_object(
      'output_id', p_payment.output_id, 'credits', v_refund.credits, 'reason', p_reason,
      'review_id', p_review.review_id), p_now);
  END IF;
  RETURN v_refund.outcome = 'refunded';
END $$;

-- Decides a review, once per key. A refund gives back, in this transaction, all that is left of what the output cost; a free
-- retry allows one job (p_retry_job_id) at no credits, which the caller starts; a denial moves nothing. A decision that
-- holds is not changed: the same again is the first one's, another is refused.
--
-- decided, with whether it had been before | not_found | key_reused | decided_otherwise | nothing_to_make_good |
-- partly_refunded (a free retry of what has been given back in part would make it good twice).
CREATE OR REPLACE FUNCTION jobs.decide_review(
  p_account_id text, p_review_id text, p_key text, p_fingerprint text, p_decision text, p_reason text, p_actor text,
  p_retry_job_id text, p_goodwill_seconds double precision
) RETURNS TABLE (outcome text, is_replay boolean) LANGUAGE plpgsql AS $$
DECLARE
  v_now      timestamptz := ledger.lock(p_account_id);
  v_retry_id text := CASE p_decision WHEN 'free_retry' THEN p_retry_job_id END;
  v_review   jobs.reviews;
  v_keyed    jobs.review_decisions;
  v_standing jobs.review_decisions;
  v_payment  ledger.reservations;
BEGIN
  SELECT r.* INTO v_review FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.review_id = p_review_id;
  SELECT d.* INTO v_keyed FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.key = p_key;
  SELECT d.* INTO v_standing FROM jobs.standing_decision(p_account_id, p_review_id, v_now) d;
  outcome := CASE
    WHEN v_review.review_id IS NULL THEN 'not_found'
    WHEN (v_keyed.review_id, v_keyed.fingerprint) = (p_review_id, p_fingerprint) THEN 'decided'
    WHEN v_keyed.key IS NOT NULL THEN 'key_reused'
    WHEN v_standing.decision = p_decision THEN 'decided'
    WHEN v_standing.decision IS NOT NULL THEN 'decided_otherwise' END;
  is_replay := outcome IS NOT NULL AND outcome <> 'not_found';
  IF outcome IS NULL THEN
    v_payment := jobs.payment_of(p_account_id, v_review.output_id);
    IF p_decision = 'refund'
       AND NOT jobs.refund_reviewed(v_review, v_payment, p_reason, p_actor, p_goodwill_seconds, v_now)
      OR p_decision = 'free_retry' AND NOT jobs.may_be_retried(v_payment) THEN
      outcome := CASE WHEN v_payment.committed > v_payment.refunded THEN 'partly_refunded' ELSE 'nothing_to_make_good' END;
      RETURN NEXT;
      RETURN;
    END IF;
    INSERT INTO jobs.review_decisions (account_id, review_id, number, key, fingerprint, decision, reason, actor,
                                       retry_job_id, created_at)
    SELECT p_account_id, p_review_id, count(*) + 1, p_key, p_fingerprint, p_decision, p_reason, p_actor, v_retry_id, v_now
    FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.review_id = p_review_id;
    PERFORM ledger.record_action(p_account_id, p_actor, 'decide_review', p_reason, jsonb_strip_nulls(jsonb_build_object(
      'review_id', p_review_id, 'output_id', v_review.output_id, 'decision', p_decision,
      'retry_job_id', v_retry_id)), v_now);
    outcome := 'decided';
  END IF;
  RETURN NEXT;
END $$;
