-- Gives the job's open outputs a later return_by. p_call: until, max_ahead_seconds (from now).
CREATE OR REPLACE FUNCTION jobs.extend_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_until timestamptz := (p_call->>'until')::timestamptz;
  v_open  record;
  v_refusal jsonb;
BEGIN
  SELECT array_agg(o.reservation_id) AS reservation_ids, min(o.return_by) AS return_by,
         to_jsonb(array_agg(o.output_id ORDER BY o.item, o.variation)) AS output_ids
  INTO v_open FROM jobs.open_outputs(p_account_id, p_job_id) o;
  v_refusal := CASE
    WHEN v_open.reservation_ids IS NULL THEN jobs.refused('job_ended')
    WHEN v_until <= p_now THEN '{"outcome": "invalid", "pointer": "/until", "code": "in_the_past"}'
    WHEN v_until > p_now + make_interval(secs => (p_call->>'max_ahead_seconds')::float)
      THEN '{"outcome": "invalid", "pointer": "/until", "code": "too_large"}'
    WHEN v_until <= v_open.return_by THEN jobs.refused('not_later')
    WHEN NOT (p_call->>'is_running')::boolean THEN jobs.refused('not_running') END;
  IF v_refusal IS NULL THEN
    PERFORM jobs.return_later(p_account_id, p_job_id, v_open.reservation_ids, v_until, p_now);
  END IF;
  RETURN coalesce(v_refusal, jsonb_build_object(
    'outcome', 'done', 'return_by', v_until, 'output_ids', v_open.output_ids));
END $$;
