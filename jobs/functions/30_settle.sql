-- Writes an ended reservation into the record: the output, its attempts (fenced: a late zombie may not post or collect),
-- and the job: how far it is, and its end once the last output has ended.
CREATE OR REPLACE FUNCTION jobs.end_output(p_body jsonb, p_outcome text, p_asset jobs.attempts, p_released bigint, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_account_id text := p_body->>'account_id';
  v_job_id     text := p_body->>'job_id';
  v_failure    jsonb := nullif(p_body->'failure', 'null');
BEGIN
  IF p_outcome = 'committed' THEN
    UPDATE jobs.outputs SET state = 'succeeded', sha256 = p_asset.sha256, content_type = p_asset.content_type, bytes = p_asset.bytes
    WHERE account_id = v_account_id AND output_id = p_body->>'output_id';
  ELSE
    UPDATE jobs.outputs SET failure = v_failure,
           state = CASE v_failure->>'code' WHEN 'canceled' THEN 'canceled' ELSE 'failed' END
    WHERE account_id = v_account_id AND output_id = p_body->>'output_id';
    UPDATE jobs.attempts SET state = 'fenced'
    WHERE account_id = v_account_id AND output_id = p_body->>'output_id' AND state IN ('posting', 'unknown', 'accepted', 'collected');
  END IF;
  IF p_released > 0 THEN
    PERFORM jobs.append_event(v_account_id, v_job_id, 'credits.returned',
      jsonb_build_object('output_id', p_body->>'output_id', 'credits', p_released, 'reason', v_failure->>'code'), p_now);
  END IF;

  PERFORM jobs.move_job_on(v_account_id, v_job_id, p_now);
END $$;

-- Moves a job on by how its outputs stand. Ended: succeeded with all of them, partially_succeeded with some; else failed
-- with the first that failed, in their order, or canceled. Not ended: as far as they have, and stuck while one of them is.
CREATE OR REPLACE FUNCTION jobs.move_job_on(p_account_id text, p_job_id text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_counts   record;
  v_state    text;
  v_failure  jsonb;
  v_progress jsonb;
BEGIN
  SELECT count(*) AS outputs, count(*) FILTER (WHERE o.state = 'succeeded') AS succeeded,
         count(*) FILTER (WHERE o.state = 'failed') AS failed, count(*) FILTER (WHERE o.state = 'canceled') AS canceled,
         count(*) FILTER (WHERE o.state = 'stuck') AS stuck
  INTO v_counts FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.job_id = p_job_id;

  IF v_counts.succeeded + v_counts.failed + v_counts.canceled < v_counts.outputs THEN
    v_progress := jsonb_build_object('stage', 'outputs', 'queue_position', NULL, 'fraction',
      round((v_counts.succeeded + v_counts.failed + v_counts.canceled)::numeric / v_counts.outputs, 4));
    UPDATE jobs.jobs SET progress = v_progress,
           state = CASE WHEN state = 'stuck' AND v_counts.stuck = 0 THEN 'running' ELSE state END
    WHERE account_id = p_account_id AND job_id = p_job_id AND finished_at IS NULL;
    PERFORM jobs.append_event(p_account_id, p_job_id, 'job.progress', v_progress, p_now);
    RETURN;
  END IF;

  v_state := CASE WHEN v_counts.succeeded = v_counts.outputs THEN 'succeeded' WHEN v_counts.succeeded > 0 THEN 'partially_succeeded'
                  WHEN v_counts.failed > 0 THEN 'failed' ELSE 'canceled' END;
  SELECT o.failure INTO v_failure FROM jobs.outputs o
  WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND o.state = v_state ORDER BY o.item, o.variation LIMIT 1;
  UPDATE jobs.jobs SET state = v_state, finished_at = p_now, progress = NULL, failure = v_failure
  WHERE account_id = p_account_id AND job_id = p_job_id AND finished_at IS NULL;
  IF FOUND THEN
    PERFORM jobs.append_event(p_account_id, p_job_id, 'job.' || v_state, jsonb_build_object('failure', v_failure), p_now);
  END IF;
END $$;

-- Whether anything was done for an output: an attempt at a provider, or the fetching of a picture that its brief refers to.
CREATE OR REPLACE FUNCTION jobs.has_begun(p_account_id text, p_job_id text, p_output_id text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.output_id = p_output_id)
    OR EXISTS (SELECT 1 FROM jobs.reference_assets f
               WHERE f.account_id = p_account_id AND f.job_id = p_job_id AND f.claimed_by = p_output_id)
$$;

CREATE OR REPLACE FUNCTION jobs.settle_one(p_body jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_account_id text := p_body->>'account_id';
  v_job_id     text := p_body->>'job_id';
  v_output_id  text := p_body->>'output_id';
  v_asset      jobs.attempts;
  v_result     record;
BEGIN
  IF p_body->>'if_never_begun' IS NOT NULL AND NOT jobs.has_begun(v_account_id, v_job_id, v_output_id) THEN
    p_body := p_body || (p_body->'if_never_begun');
  END IF;
  SELECT * INTO v_asset FROM jobs.attempts a
  WHERE a.account_id = v_account_id AND a.output_id = v_output_id AND a.stage = 'render' AND a.state = 'collected'
  ORDER BY a.number DESC LIMIT 1;
  IF p_body->>'verb' = 'commit' AND NOT FOUND
     AND EXISTS (SELECT 1 FROM ledger.reservations r WHERE r.account_id = v_account_id
                 AND r.reservation_id = p_body->>'reservation_id' AND r.state = 'open') THEN
    RETURN '{"outcome": "asset_missing"}';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger.reservations r WHERE r.account_id = v_account_id AND r.reservation_id = p_body->>'reservation_id'
             AND r.state = 'open' AND r.return_by + make_interval(secs => (p_body->>'overdue_seconds')::double precision) >= p_now) THEN
    RETURN '{"outcome": "not_overdue"}';
  END IF;

  SELECT s.* INTO v_result FROM ledger.settle(jsonb_build_array(jsonb_build_object(
    'account_id', v_account_id, 'reservation_id', p_body->>'reservation_id', 'verb', p_body->>'verb',
    'amount', p_body->'credits', 'cause', coalesce(p_body->'failure'->>'code', 'delivered'),
    'expired_policy', p_body->>'expired_policy', 'return_grant_hours', p_body->'return_grant_hours'))) s;
  IF v_result.outcome IN ('committed', 'released') AND NOT v_result.is_replay THEN
    PERFORM jobs.end_output(p_body, v_result.outcome, v_asset, v_result.released, p_now);
  END IF;
  RETURN jsonb_build_object('outcome', v_result.outcome, 'committed', v_result.committed, 'released', v_result.released,
    'failure', (SELECT o.failure FROM jobs.outputs o WHERE o.account_id = v_account_id AND o.output_id = v_output_id));
END $$;

-- Ends outputs: the reservation, the record and the events in one transaction, by the workflow and the reconciler alike.
-- Items: account_id, job_id, output_id, reservation_id, verb (commit | release), credits (of a commit), failure (of a
-- release: {code, …}), expired_policy, return_grant_hours. A commit needs a collected attempt at the final stage, whose
-- result is the output's: no charge without an asset.
-- if_never_begun (of a release): the failure and expired_policy in place of those, where nothing was done for the output yet.
-- overdue_seconds (of a release): only what is so long past its return_by, as it stands by now: support may have moved it.
--
-- Answers {"outcome": "committed" | "released" | "asset_missing" | "not_overdue" | what the ledger refused, "failure",
-- "committed", "released"}: how the output ended, whoever ended it.
CREATE OR REPLACE FUNCTION jobs.settle(p_items jsonb) RETURNS TABLE (item int, result jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now  timestamptz;
  v_item record;
BEGIN
  v_now := ledger.lock_accounts(ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
  FOR v_item IN SELECT i.value AS body, i.ordinality AS item FROM jsonb_array_elements(p_items) WITH ORDINALITY i ORDER BY i.ordinality
  LOOP
    RETURN QUERY SELECT v_item.item::int, jobs.settle_one(v_item.body, v_now);
  END LOOP;
END $$;
