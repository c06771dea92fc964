-- A customer's report of a delivered output. p_limits: reports_per_day (of the account), reports_of_output (in all).
--
-- opened | known (the same report, made before: its review) | not_found | not_delivered | open_already (another report of it is
-- being looked at) | made_good (a refund or a free retry has been given, or its credits are back) | too_many_of_output |
-- too_many_today, with the seconds until there is room.
CREATE OR REPLACE FUNCTION jobs.open_review(p_account_id text, p_output_id text, p_category text, p_note text, p_limits jsonb)
RETURNS TABLE (outcome text, review_id text, retry_after_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now      timestamptz := ledger.lock(p_account_id);
  v_output   jobs.outputs;
  v_paid     jobs.outputs;
  v_known_id text;
  v_number   int;
  v_oldest   timestamptz;
BEGIN
  SELECT * INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'not_found', NULL::text, NULL::double precision;
    RETURN;
  ELSIF v_output.state <> 'succeeded' THEN
    RETURN QUERY SELECT 'not_delivered', NULL::text, NULL::double precision;
    RETURN;
  END IF;

  SELECT r.review_id INTO v_known_id FROM jobs.reviews r
  WHERE r.account_id = p_account_id AND r.output_id = p_output_id AND r.category = p_category AND r.note IS NOT DISTINCT FROM p_note
  ORDER BY r.number DESC LIMIT 1;
  IF FOUND THEN
    RETURN QUERY SELECT 'known', v_known_id, NULL::double precision;
    RETURN;
  END IF;

  RETURN QUERY
    SELECT CASE WHEN s.decision IS NULL THEN 'open_already' ELSE 'made_good' END, r.review_id, NULL::double precision
    FROM jobs.reviews r LEFT JOIN jobs.standing_decision(p_account_id, r.review_id, v_now) s ON true
    WHERE r.account_id = p_account_id AND r.output_id = p_output_id AND s.decision IS DISTINCT FROM 'deny'
    ORDER BY r.number DESC LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;
  v_paid := jobs.paid_output(p_account_id, p_output_id);
  IF jobs.charged_credits(p_account_id, v_paid.reservation_id) = 0 THEN
    RETURN QUERY SELECT 'made_good', NULL::text, NULL::double precision;
    RETURN;
  END IF;

  SELECT 1 + count(*) INTO v_number FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.output_id = p_output_id;
  IF v_number > (p_limits->>'reports_of_output')::int THEN
    RETURN QUERY SELECT 'too_many_of_output', NULL::text, NULL::double precision;
    RETURN;
  END IF;
  -- The report that has to be a day old before there is room for another.
  SELECT r.created_at INTO v_oldest FROM jobs.reviews r WHERE r.account_id = p_account_id
  ORDER BY r.created_at DESC, r.review_id DESC OFFSET (p_limits->>'reports_per_day')::int - 1 LIMIT 1;
  IF v_oldest > v_now - interval '1 day' THEN
    RETURN QUERY SELECT 'too_many_today', NULL::text, extract(epoch FROM v_oldest + interval '1 day' - v_now)::double precision;
    RETURN;
  END IF;

  RETURN QUERY
    INSERT INTO jobs.reviews AS r (account_id, review_id, output_id, job_id, number, category, note, created_at)
    VALUES (p_account_id, 'rev_' || regexp_replace(p_output_id, '^out_', '') || '_' || v_number, p_output_id, v_output.job_id, v_number,
            p_category, p_note, v_now)
    RETURNING 'opened', r.review_id, NULL::double precision;
END $$;
