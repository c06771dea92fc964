-- What can be refunded of a job's outputs (p_output_id null: all), the last first; nothing where a free retry stands.
CREATE OR REPLACE FUNCTION jobs.refundable_outputs(
  p_account_id text, p_job_id text, p_output_id text, p_now timestamptz
) RETURNS TABLE (output_id text, reservation_id text, committed bigint, credits_left bigint, is_retried boolean)
LANGUAGE sql STABLE AS $$
  SELECT o.output_id, o.reservation_id, r.committed, r.committed - r.refunded,
         EXISTS (
           SELECT 1 FROM jobs.reviews w CROSS JOIN LATERAL jobs.decision_in_force(w.account_id, w.review_id, p_now) d
           WHERE w.account_id = o.account_id AND w.output_id = o.output_id AND d.decision = 'free_retry')
  FROM jobs.outputs_of(p_account_id, p_job_id) o
  CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r
  WHERE p_output_id IS NULL OR o.output_id = p_output_id ORDER BY o.item DESC, o.variation DESC
$$;

-- Refunds a job's outputs, the last first. p_call: output_id (null: all), credits (null: all that is left),
-- goodwill_seconds. Each output's refund has an id of its own, derived from the key.
CREATE OR REPLACE FUNCTION jobs.refund_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_sums    record;
  v_output  record;
  v_outcome text;
  v_wanted  bigint;
  v_here    bigint;
  v_refunds jsonb := '[]';
BEGIN
  SELECT count(*) AS outputs, sum(o.committed) AS committed,
         coalesce(sum(o.credits_left) FILTER (WHERE NOT o.is_retried), 0) AS left,
         coalesce(sum(o.credits_left) FILTER (WHERE o.is_retried), 0) AS retried
  INTO v_sums FROM jobs.refundable_outputs(p_account_id, p_job_id, p_call->>'output_id', p_now) o;
  v_wanted := coalesce((p_call->>'credits')::bigint, v_sums.left);
  IF v_sums.outputs = 0 THEN
    RETURN '{"outcome": "not_found", "what": "output"}';
  ELSIF v_sums.committed = 0 THEN
    RETURN jobs.refused('nothing_committed');
  ELSIF v_sums.left = 0 THEN
    RETURN jobs.refused(CASE WHEN v_sums.retried > 0 THEN 'free_retry_given' ELSE 'already_refunded' END);
  ELSIF v_wanted > v_sums.left THEN
    RETURN jobs.refused('exceeds_committed') || jsonb_build_object('committed', v_sums.committed, 'left', v_sums.left);
  END IF;
  FOR v_output IN
    SELECT o.* FROM jobs.refundable_outputs(p_account_id, p_job_id, p_call->>'output_id', p_now) o
    WHERE o.credits_left > 0 AND NOT o.is_retried
  LOOP
    v_here := least(v_wanted, v_output.credits_left);
    EXIT WHEN v_here = 0;
    SELECT f.outcome INTO v_outcome FROM ledger.refund(
      p_account_id, v_output.reservation_id, (p_call->>'action_id') || '_' || v_output.output_id, v_here,
      p_call->>'reason', NULL, (p_call->>'goodwill_seconds')::float) f;
    IF v_outcome <> 'refunded' THEN
      RAISE EXCEPTION 'the ledger refused to refund %: %', v_output.reservation_id, v_outcome USING ERRCODE = 'HF004';
    END IF;
    PERFORM jobs.append_event(p_account_id, p_job_id, 'credits.refunded', jsonb_build_object(
      'output_id', v_output.output_id, 'credits', v_here, 'reason', p_call->>'reason'), p_now);
    v_refunds := v_refunds || jsonb_build_object('output_id', v_output.output_id, 'credits', v_here);
    v_wanted := v_wanted - v_here;
  END LOOP;
  RETURN jsonb_build_object('outcome', 'done', 'refunds', v_refunds);
END $$;
