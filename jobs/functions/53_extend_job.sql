-- Lets the job go on until a later instant. p_call: until, max_ahead_seconds (from now).
CREATE OR REPLACE FUNCTION jobs.extend_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_until timestamptz := (p_call->>'until')::timestamptz;
  v_open  record;
BEGIN
  SELECT array_agg(o.reservation_id) AS reservation_ids, min(o.return_by) AS return_by,
         to_jsonb(array_agg(o.output_id ORDER BY o.item, o.variation)) AS output_ids
  INTO v_open FROM jobs.open_outputs(p_account_id, p_job_id) o;
  IF v_open.reservation_ids IS NULL THEN
    RETURN jobs.refused('job_ended');
  ELSIF v_until <= p_now THEN
    RETURN '{"outcome": "invalid", "pointer": "/until", "code": "in_the_past"}';
  ELSIF v_until > p_now + make_interval(secs => (p_call->>'max_ahead_seconds')::double precision) THEN
    RETURN '{"outcome": "invalid", "pointer": "/until", "code": "too_large"}';
  ELSIF v_until <= v_open.return_by THEN
    RETURN jobs.refused('not_later');
  ELSIF NOT (p_call->>'is_running')::boolean THEN
    RETURN jobs.refused('not_running');
  END IF;
  PERFORM jobs.return_later(p_account_id, p_job_id, v_open.reservation_ids, v_until, p_now);
  RETURN jsonb_build_object('outcome', 'done', 'return_by', v_until, 'output_ids', v_open.output_ids);
END $$;
