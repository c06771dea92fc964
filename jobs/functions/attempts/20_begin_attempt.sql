-- An attempt's work (with our assets for the customer's addresses), the time left, and its row's state (null: none).
CREATE OR REPLACE FUNCTION jobs.prepare_attempt(
  p_account_id text, p_output_id text, p_reference text, p_provider text DEFAULT '', p_model text DEFAULT ''
) RETURNS TABLE (
  state text, provider_job_id text, error_class text, work jsonb, seconds_left float, is_open boolean
) LANGUAGE sql STABLE AS $$
  SELECT a.state, a.provider_job_id, a.error_class,
         CASE WHEN o.work->'brief' ? 'reference_asset_urls'
              THEN (o.work #- '{brief,reference_asset_urls}')
                   || jsonb_build_object('reference_assets', jobs.references_of(o.account_id, o.job_id, o.work))
              ELSE o.work END,
         extract(epoch FROM r.return_by - ledger.clock_of(p_account_id))::float, jobs.is_open(p_provider, p_model)
  FROM jobs.outputs o CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r
  LEFT JOIN jobs.attempts a ON a.account_id = o.account_id AND a.reference = p_reference
  WHERE o.account_id = p_account_id AND o.output_id = p_output_id
$$;

-- Makes an attempt's row. Returns whether it is this submitter's (which may post, once), and its state: a submitter
-- that received no response asks again. No row is made when the reservation has ended, before its turn (waits_for), or
-- beside a later attempt of another model. An attempt that would cost more than its output may is rejected, too_costly.
CREATE OR REPLACE FUNCTION jobs.begin_attempt(
  p_account_id text, p_job_id text, p_output_id text, p_stage text, p_number int, p_reference text, p_provider text,
  p_submitter text, p_is_last_stage boolean, p_cost numeric DEFAULT NULL, p_webhook_hash bytea DEFAULT NULL,
  p_model text DEFAULT '', p_max_in_flight int DEFAULT NULL, p_per_second float DEFAULT NULL,
  p_max_cost numeric DEFAULT NULL
) RETURNS TABLE (is_mine boolean, state text, provider_job_id text, error_class text, waits_for text)
LANGUAGE plpgsql AS $$
DECLARE
  v_latest  int;
  v_refusal text;
BEGIN
  PERFORM ledger.lock(p_account_id);
  v_latest := (SELECT max(a.number) FROM jobs.attempts_of(p_account_id, p_output_id) a WHERE a.stage = p_stage);
  IF jobs.return_by(p_account_id, p_output_id) IS NOT NULL AND coalesce(v_latest, 0) < p_number THEN
    IF jobs.is_too_costly(p_account_id, p_output_id, p_provider, p_model, p_cost, p_max_cost) THEN
      v_refusal := 'too_costly';
    ELSE
      waits_for := jobs.take_turn(p_account_id, p_reference, p_provider, p_model, p_max_in_flight, p_per_second);
    END IF;
    INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, is_last_stage, number, provider, model,
                               state, error_class, submitter, posted_at, cost, max_cost, webhook_hash)
    SELECT p_account_id, p_reference, p_job_id, p_output_id, p_stage, p_is_last_stage, p_number, p_provider, p_model,
           CASE WHEN v_refusal IS NULL THEN 'posting' ELSE 'rejected' END::jobs.attempt_state, v_refusal, p_submitter,
           ledger.clock(), p_cost, p_max_cost, p_webhook_hash WHERE waits_for IS NULL;
    -- Numbers count within a part: an output without a repeat was attempted once, in however many parts.
    UPDATE jobs.outputs o SET attempts = p_number
    WHERE FOUND AND v_refusal IS NULL
      AND o.account_id = p_account_id AND o.output_id = p_output_id AND o.attempts < p_number;
  END IF;
  RETURN QUERY
    SELECT coalesce(a.submitter = p_submitter AND a.state <> 'rejected', false),
           coalesce(a.state, CASE WHEN v_latest > p_number THEN 'rejected' ELSE 'fenced' END)::text,
           a.provider_job_id, coalesce(a.error_class, CASE WHEN a.state IS NULL AND v_latest > p_number
                                                           THEN 'taken_over' END), waits_for
    FROM (VALUES (1)) one LEFT JOIN jobs.attempts a ON a.account_id = p_account_id AND a.reference = p_reference;
END $$;

-- Records that the submitter reset its connection: nothing can arrive any more. Whether it ran is unknown.
CREATE OR REPLACE FUNCTION jobs.close_attempt(p_account_id text, p_reference text)
RETURNS TABLE (state text, provider_job_id text, error_class text) LANGUAGE sql AS $$
  UPDATE jobs.attempts a
  SET closed_at = ledger.clock(), billed = coalesce(a.billed, 'unknown'),
      state = CASE a.state WHEN 'posting' THEN 'unknown' ELSE a.state END
  WHERE a.account_id = p_account_id AND a.reference = p_reference
  RETURNING a.state, a.provider_job_id, a.error_class
$$;
