-- Gives back what is left of what was paid for a reviewed output, and tells the job that was charged. Null when nothing is left.
CREATE OR REPLACE FUNCTION jobs.refund_reviewed(p_review jobs.reviews, p_paid jobs.outputs, p_reason text, p_actor text,
                                     p_goodwill_seconds double precision, p_now timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_result record;
BEGIN
  SELECT f.outcome, f.credits INTO v_result FROM ledger.refund(p_paid.account_id, p_paid.reservation_id,
    jobs.refund_id_of(p_review.review_id), NULL, p_reason, p_actor, p_goodwill_seconds) f;
  IF v_result.outcome <> 'refunded' THEN
    RETURN NULL;
  END IF;
  PERFORM jobs.append_event(p_paid.account_id, p_paid.job_id, 'credits.refunded', jsonb_build_object('output_id', p_paid.output_id,
    'credits', v_result.credits, 'reason', p_reason, 'review_id', p_review.review_id), p_now);
  RETURN 'refunded';
END $$;

-- Decides a review, once per key. A refund gives back, in this transaction, all that is left of what the output cost; a free
-- retry allows one job (p_retry_job_id) at no credits, which the caller starts; a denial moves nothing. A decision that
-- holds is not changed: the same again is the first one's, another is refused.
--
-- decided, with whether it had been before | not_found | key_reused | decided_otherwise | nothing_to_make_good |
-- partly_refunded (a free retry of what has been given back in part would make it good twice).
CREATE OR REPLACE FUNCTION jobs.decide_review(p_account_id text, p_review_id text, p_key text, p_fingerprint text, p_decision text,
                                   p_reason text, p_actor text, p_retry_job_id text, p_goodwill_seconds double precision)
RETURNS TABLE (outcome text, is_replay boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now      timestamptz := ledger.lock(p_account_id);
  v_review   jobs.reviews;
  v_known    jobs.review_decisions;
  v_paid     jobs.outputs;
  v_outcome  text;
  v_number   int;
BEGIN
  SELECT * INTO v_review FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.review_id = p_review_id;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'not_found', false;
    RETURN;
  END IF;
  SELECT * INTO v_known FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.key = p_key;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN (v_known.review_id, v_known.fingerprint) = (p_review_id, p_fingerprint) THEN 'decided'
                             ELSE 'key_reused' END, true;
    RETURN;
  END IF;
  SELECT * INTO v_known FROM jobs.standing_decision(p_account_id, p_review_id, v_now);
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN v_known.decision = p_decision THEN 'decided' ELSE 'decided_otherwise' END, true;
    RETURN;
  END IF;

  IF p_decision <> 'deny' THEN
    v_paid := jobs.paid_output(p_account_id, v_review.output_id);
    v_outcome := CASE p_decision WHEN 'refund' THEN
                   jobs.refund_reviewed(v_review, v_paid, p_reason, p_actor, p_goodwill_seconds, v_now)
                 WHEN 'free_retry' THEN CASE WHEN jobs.may_be_retried(p_account_id, v_paid.reservation_id) THEN 'free' END END;
    IF v_outcome IS NULL THEN
      RETURN QUERY SELECT CASE WHEN jobs.charged_credits(p_account_id, v_paid.reservation_id) > 0 THEN 'partly_refunded'
                               ELSE 'nothing_to_make_good' END, false;
      RETURN;
    END IF;
  END IF;
  SELECT 1 + count(*) INTO v_number FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.review_id = p_review_id;
  INSERT INTO jobs.review_decisions (account_id, review_id, number, key, fingerprint, decision, reason, actor, retry_job_id, created_at)
  VALUES (p_account_id, p_review_id, v_number, p_key, p_fingerprint, p_decision, p_reason, p_actor,
          CASE p_decision WHEN 'free_retry' THEN p_retry_job_id END, v_now);
  PERFORM ledger.record_action(p_account_id, p_actor, 'decide_review', p_reason, jsonb_strip_nulls(jsonb_build_object(
    'review_id', p_review_id, 'output_id', v_review.output_id, 'decision', p_decision,
    'retry_job_id', CASE p_decision WHEN 'free_retry' THEN p_retry_job_id END)), v_now);
  RETURN QUERY SELECT 'decided', false;
END $$;
