-- Ends an output: its reservation, its record and its events. A commit needs a collected attempt at the final stage: no
-- charge without an asset. Otherwise its live attempts are fenced, so that none posts or collects any more.
CREATE OR REPLACE FUNCTION jobs.settle_one(p_item jobs.settle_item) RETURNS jobs.settled LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_item.account_id);
  v_asset   jobs.attempts;
  v_result  ledger.settled;
  v_output  jobs.outputs;
BEGIN
  -- Support may have given it a later return_by.
  IF p_item.overdue_seconds IS NOT NULL AND jobs.return_by(p_item.account_id, p_item.output_id)
     >= v_account.moved_at - make_interval(secs => p_item.overdue_seconds) THEN
    RETURN ROW('not_overdue', NULL, NULL, NULL, NULL)::jobs.settled;
  END IF;
  -- Begun: it has an attempt, or has claimed a picture of its brief.
  IF p_item.if_never_begun IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM jobs.attempts_of(p_item.account_id, p_item.output_id))
     AND NOT EXISTS (
       SELECT 1 FROM jobs.reference_assets f
       WHERE f.account_id = p_item.account_id AND f.job_id = p_item.job_id AND f.claimed_by = p_item.output_id) THEN
    p_item := jsonb_populate_record(p_item, p_item.if_never_begun);
  END IF;
  IF p_item.verb = 'commit' THEN
    -- The last one, if there are several.
    SELECT a.* INTO v_asset FROM jobs.attempts_of(p_item.account_id, p_item.output_id) a
    WHERE a.is_last_stage AND a.state = 'collected' ORDER BY a.number DESC LIMIT 1;
    IF v_asset.reference IS NULL AND jobs.return_by(p_item.account_id, p_item.output_id) IS NOT NULL THEN
      RETURN ROW('asset_missing', NULL, NULL, NULL, NULL)::jobs.settled;
    END IF;
  END IF;
  v_result := ledger.settle(v_account, p_item.reservation_id, p_item.verb, p_item.credits,
    coalesce(p_item.failure->>'code', 'delivered'), p_item.expired_policy, p_item.return_grant_hours);
  IF v_result.outcome IN ('committed', 'released') AND NOT v_result.is_replay THEN
    v_output.state := CASE WHEN v_result.outcome = 'committed' THEN 'succeeded'
                           WHEN p_item.failure->>'code' = 'canceled' THEN 'canceled' ELSE 'failed' END;
    UPDATE jobs.outputs o
    SET state = v_output.state, sha256 = v_asset.sha256, content_type = v_asset.content_type, bytes = v_asset.bytes,
        has_c2pa = v_asset.has_c2pa,
        failure = CASE WHEN v_output.state <> 'succeeded' THEN nullif(p_item.failure, 'null') END,
        expires_at = v_account.moved_at + make_interval(
          days => CASE v_output.state WHEN 'succeeded' THEN o.retention_days ELSE 0 END)
    WHERE o.account_id = p_item.account_id AND o.output_id = p_item.output_id;
    IF v_output.state <> 'succeeded' THEN
      UPDATE jobs.attempts a SET state = 'fenced'
      WHERE a.account_id = p_item.account_id AND a.output_id = p_item.output_id AND a.output_id > ''
        AND a.state IN ('posting', 'unknown', 'accepted', 'collected');
      DELETE FROM jobs.waiting w WHERE w.account_id = p_item.account_id
        AND starts_with(w.reference, REPLACE(p_item.output_id, 'out_', 'att_') || '_');
    END IF;
    PERFORM jobs.move_job_on(p_item, v_output.state, v_result.released, v_account.moved_at);
  END IF;
  SELECT o.* INTO v_output FROM jobs.outputs o
  WHERE o.account_id = p_item.account_id AND o.output_id = p_item.output_id;
  -- Not found: what was released was never admitted.
  RETURN ROW(v_result.outcome, CASE WHEN FOUND THEN v_output.failure ELSE nullif(p_item.failure, 'null') END,
    v_result.committed, v_result.released,
    CASE WHEN v_output.sha256 IS NOT NULL THEN jsonb_build_object(
      'sha256', v_output.sha256, 'content_type', v_output.content_type, 'bytes', v_output.bytes) END)::jobs.settled;
END $$;

-- Updates a job after one of its outputs ended. With the last one the job ends; before that, its progress is the share
-- that has ended, and it is stuck while one of them is.
CREATE OR REPLACE FUNCTION jobs.move_job_on(
  p_item jobs.settle_item, p_state text, p_released bigint, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_job   jobs.jobs;
  v_ended int;
  v_seq   bigint;
  v_event text := 'job.progress';
  v_data  jsonb;
BEGIN
  SELECT j.* INTO v_job FROM jobs.jobs j WHERE j.account_id = p_item.account_id AND j.job_id = p_item.job_id;
  IF NOT FOUND THEN  -- what was released was never admitted
    RETURN;
  END IF;
  v_job.succeeded := v_job.succeeded + (p_state = 'succeeded')::int;
  v_job.failed := v_job.failed + (p_state = 'failed')::int;
  v_job.canceled := v_job.canceled + (p_state = 'canceled')::int;
  v_ended := v_job.succeeded + v_job.failed + v_job.canceled;
  IF v_ended < v_job.outputs THEN
    v_data := jsonb_build_object('stage', 'outputs', 'queue_position', NULL,
                                 'fraction', round(v_ended::numeric / v_job.outputs, 4));
    v_job.progress := v_data;
    IF v_job.state = 'stuck' AND NOT EXISTS (
      SELECT 1 FROM jobs.outputs_of(p_item.account_id, p_item.job_id) o WHERE o.state = 'stuck') THEN
      v_job.state := 'running';
    END IF;
  ELSE
    v_job.state := CASE WHEN v_job.succeeded = v_job.outputs THEN 'succeeded'
                        WHEN v_job.succeeded > 0 THEN 'partially_succeeded'
                        WHEN v_job.failed > 0 THEN 'failed' ELSE 'canceled' END;
    IF v_job.succeeded = 0 THEN
      v_job.failure := (
        SELECT o.failure FROM jobs.outputs_of(p_item.account_id, p_item.job_id) o WHERE o.state = v_job.state
        ORDER BY o.item, o.variation LIMIT 1);
    END IF;
    v_job.finished_at := p_now;
    v_job.progress := NULL;
    v_event := 'job.' || v_job.state;
    v_data := jsonb_build_object('failure', v_job.failure);
  END IF;
  UPDATE jobs.jobs j
  SET state = v_job.state, finished_at = v_job.finished_at, progress = v_job.progress, failure = v_job.failure,
      succeeded = v_job.succeeded, failed = v_job.failed, canceled = v_job.canceled,
      event_seq = j.event_seq + CASE WHEN p_released > 0 THEN 2 ELSE 1 END
  WHERE j.account_id = p_item.account_id AND j.job_id = p_item.job_id RETURNING j.event_seq INTO v_seq;
  IF p_released > 0 THEN
    INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at)
    VALUES (p_item.account_id, p_item.job_id, v_seq - 1, 'credits.returned', jsonb_build_object(
      'output_id', p_item.output_id, 'credits', p_released, 'reason', p_item.failure->>'code'), p_now);
  END IF;
  INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at)
  VALUES (p_item.account_id, p_item.job_id, v_seq, v_event, v_data, p_now);
END $$;

-- Ends outputs that arrived together, one by one (ledger.lock_accounts). committed | released | asset_missing |
-- not_overdue | a refusal of ledger.settle; with how the output ended.
CREATE OR REPLACE FUNCTION jobs.settle(p_items jsonb) RETURNS SETOF jobs.settled LANGUAGE plpgsql AS $$
DECLARE
  v_item     jobs.settle_item;
  v_deadline timestamptz := ledger.lock_accounts(
    ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
BEGIN
  FOR v_item IN SELECT i.* FROM jsonb_populate_recordset(NULL::jobs.settle_item, p_items) i LOOP
    RETURN NEXT jobs.settle_one(v_item);
    EXIT WHEN clock_timestamp() > v_deadline;
  END LOOP;
END $$;
