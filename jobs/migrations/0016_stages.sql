-- Up Migration
-- Outputs made in stages: what a stage is made from, how far the whole has come, and runs that delivered nothing.

-- The results an output's stages have so far, one of each part: what the next stage is made from.
CREATE FUNCTION jobs.read_stage_results(p_account_id text, p_output_id text)
RETURNS TABLE (stage text, sha256 text, content_type text, bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT ON (a.stage) a.stage, a.sha256, a.content_type, a.bytes
  FROM jobs.attempts a
  WHERE a.account_id = p_account_id AND a.output_id = p_output_id AND a.state = 'collected'
  ORDER BY a.stage, a.number DESC
$$;

-- Records how a run failed, and what it cost: whoever asks for this attempt again is told the same. One that was fenced or
-- replaced in the meantime stays so. Answers how it stands.
CREATE FUNCTION jobs.fail_attempt(p_account_id text, p_reference text, p_error_class text, p_billed text, p_cost text)
RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE jobs.attempts a
  SET state = CASE a.state WHEN 'accepted' THEN 'failed' ELSE a.state END, error_class = p_error_class,
      billed = p_billed, cost = p_cost, resolved_at = ledger.clock()
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.state IN ('accepted', 'fenced', 'replaced');
  SELECT a.state FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;

-- How far one part of a stage has come, told as the progress of the whole: the shares of the stages before (p_before) and
-- of this one's p_parts parts so far. It never goes back: a part that is made again is waited for where it was.
-- The attempt before the job, as whoever else holds both takes them; the job's row keeps parts side by side in order.
CREATE FUNCTION jobs.record_stage_progress(p_account_id text, p_reference text, p_stage text, p_parts int,
                                           p_before double precision, p_share double precision,
                                           p_fraction double precision, p_queue_position int)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_attempt  jobs.attempts;
  v_progress jsonb;
  v_done     double precision;
BEGIN
  UPDATE jobs.attempts a SET fraction = p_fraction
  WHERE a.account_id = p_account_id AND a.reference = p_reference
  RETURNING * INTO v_attempt;
  SELECT j.progress INTO v_progress FROM jobs.jobs j
  WHERE j.account_id = p_account_id AND j.job_id = v_attempt.job_id FOR UPDATE;

  SELECT sum(part.done) INTO v_done FROM (
    SELECT max(CASE a.state WHEN 'collected' THEN 1 ELSE coalesce(a.fraction, 0) END) AS done
    FROM jobs.attempts a
    WHERE a.account_id = p_account_id AND a.output_id = v_attempt.output_id
      AND (a.stage = p_stage OR starts_with(a.stage, p_stage || '_'))
    GROUP BY a.stage) part;
  PERFORM jobs.record_progress(p_account_id, v_attempt.job_id, jsonb_build_object(
    'stage', p_stage, 'queue_position', p_queue_position,
    'fraction', greatest((v_progress->>'fraction')::double precision,
                         round((p_before + p_share * v_done / p_parts)::numeric, 3)::double precision)));
END $$;

REVOKE ALL ON FUNCTION
  jobs.read_stage_results(text, text),
  jobs.fail_attempt(text, text, text, text, text),
  jobs.record_stage_progress(text, text, text, int, double precision, double precision, double precision, int)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  jobs.read_stage_results(text, text),
  jobs.fail_attempt(text, text, text, text, text),
  jobs.record_stage_progress(text, text, text, int, double precision, double precision, double precision, int)
TO holdfast_worker;

-- Down Migration
