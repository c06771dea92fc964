-- Records progress of a job with one output, as an event. Of several outputs: see jobs.move_job_on.
CREATE OR REPLACE FUNCTION jobs.record_progress(p_account_id text, p_job_id text, p_progress jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.lock(p_account_id);
BEGIN
  UPDATE jobs.jobs SET progress = p_progress
  WHERE account_id = p_account_id AND job_id = p_job_id AND finished_at IS NULL AND outputs = 1
    AND progress IS DISTINCT FROM p_progress;
  IF FOUND THEN
    PERFORM jobs.append_event(p_account_id, p_job_id, 'job.progress', p_progress, v_now);
  END IF;
END $$;

-- Records the progress of a part of a stage as progress of the whole: the shares of the stages before (p_before) and of
-- this one's p_parts parts so far. It never goes back. The account's lock keeps parallel parts in order.
CREATE OR REPLACE FUNCTION jobs.record_stage_progress(
  p_account_id text, p_reference text, p_stage text, p_parts int, p_before float, p_share float,
  p_fraction float, p_queue_position int
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_attempt  jobs.attempts;
  v_progress jsonb;
  v_done     float;
BEGIN
  PERFORM ledger.lock(p_account_id);
  UPDATE jobs.attempts a SET fraction = p_fraction WHERE a.account_id = p_account_id AND a.reference = p_reference
  RETURNING a.* INTO v_attempt;
  SELECT j.progress INTO v_progress FROM jobs.jobs j
  WHERE j.account_id = p_account_id AND j.job_id = v_attempt.job_id;
  SELECT sum(part.done) INTO v_done FROM (
    SELECT max(CASE a.state WHEN 'collected' THEN 1 ELSE coalesce(a.fraction, 0) END) AS done
    FROM jobs.attempts_of(p_account_id, v_attempt.output_id) a
    WHERE a.stage = p_stage OR starts_with(a.stage, p_stage || '_') GROUP BY a.stage) part;
  PERFORM jobs.record_progress(p_account_id, v_attempt.job_id, jsonb_build_object(
    'stage', p_stage, 'queue_position', p_queue_position,
    'fraction', greatest((v_progress->>'fraction')::float,
                         round((p_before + p_share * v_done / p_parts)::numeric, 3)::float)));
END $$;
