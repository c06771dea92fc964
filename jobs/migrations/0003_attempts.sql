-- Up Migration
-- Attempts: written before the request leaves, so that a second submitter finds the row and never posts.

-- Answers whether this caller made the row (and may post, once), and how the attempt stands. No row is made once the
-- output's reservation has ended: whoever comes late has nothing to submit.
CREATE FUNCTION jobs.begin_attempt(p_account_id text, p_job_id text, p_output_id text, p_stage text, p_number int,
                                   p_reference text, p_provider text)
RETURNS TABLE (is_mine boolean, state text, provider_job_id text, error_class text, work jsonb, seconds_left double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now     timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
  v_is_open boolean;
  v_is_mine boolean := false;
BEGIN
  SELECT r.state = 'open' INTO v_is_open
  FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
  WHERE o.account_id = p_account_id AND o.output_id = p_output_id AND o.job_id = p_job_id;
  IF v_is_open THEN
    INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, number, provider, state, posted_at)
    VALUES (p_account_id, p_reference, p_job_id, p_output_id, p_stage, p_number, p_provider, 'posting', v_now)
    ON CONFLICT DO NOTHING;
    v_is_mine := FOUND;
    IF v_is_mine THEN
      -- Numbers count within a part: an output of which nothing was repeated was attempted once, in however many parts.
      UPDATE jobs.outputs SET attempts = greatest(attempts, p_number) WHERE account_id = p_account_id AND output_id = p_output_id;
    END IF;
  END IF;
  RETURN QUERY
    SELECT v_is_mine, coalesce(a.state, 'fenced'), a.provider_job_id, a.error_class,
           jobs.work_for_model(o.account_id, o.job_id, o.work),
           extract(epoch FROM j.return_by - v_now)::double precision
    FROM (VALUES (1)) one
    LEFT JOIN jobs.attempts a ON a.account_id = p_account_id AND a.reference = p_reference
    LEFT JOIN jobs.outputs o ON o.account_id = p_account_id AND o.output_id = p_output_id
    LEFT JOIN jobs.jobs j ON j.account_id = p_account_id AND j.job_id = p_job_id;
END $$;

-- Moves an attempt on by compare-and-set: from one of p_from to p_to. Answers how it stands now and whether this call
-- moved it. An accepted one makes a queued job running; one that is stuck by then stays so: it is still late. A provider's id that comes too late is kept for support.
CREATE FUNCTION jobs.move_attempt(p_account_id text, p_reference text, p_from text[], p_to text, p_provider_job_id text,
                                  p_error_class text)
RETURNS TABLE (is_moved boolean, state text, provider_job_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now      timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
  v_attempt  jobs.attempts;
  v_is_moved boolean;
BEGIN
  UPDATE jobs.attempts a
  SET state = p_to, provider_job_id = coalesce(p_provider_job_id, a.provider_job_id), error_class = p_error_class,
      resolved_at = v_now
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.state = ANY (p_from)
  RETURNING * INTO v_attempt;
  v_is_moved := FOUND;
  IF NOT v_is_moved THEN
    UPDATE jobs.attempts a SET provider_job_id = coalesce(a.provider_job_id, p_provider_job_id)
    WHERE a.account_id = p_account_id AND a.reference = p_reference
    RETURNING * INTO v_attempt;
  ELSIF p_to = 'accepted' THEN
    UPDATE jobs.outputs SET state = 'running'
    WHERE account_id = p_account_id AND output_id = v_attempt.output_id AND state = 'queued';
    UPDATE jobs.jobs SET state = 'running'
    WHERE account_id = p_account_id AND job_id = v_attempt.job_id AND state = 'queued';
    IF FOUND THEN
      PERFORM jobs.append_event(p_account_id, v_attempt.job_id, 'job.running', '{}', v_now);
    END IF;
  END IF;
  RETURN QUERY SELECT v_is_moved, v_attempt.state, v_attempt.provider_job_id;
END $$;

-- How an attempt stands, and how long ago it was posted, by the database's clock.
CREATE FUNCTION jobs.read_attempt(p_account_id text, p_reference text)
RETURNS TABLE (state text, provider_job_id text, error_class text, posted_seconds_ago double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.state, a.provider_job_id, a.error_class, extract(epoch FROM ledger.clock() - a.posted_at)::double precision
  FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;

-- Attempts a provider may still be working on although their output has ended.
CREATE FUNCTION jobs.read_attempts_of_output(p_account_id text, p_output_id text)
RETURNS TABLE (reference text, stage text, state text, provider text, provider_job_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.reference, a.stage, a.state, a.provider, a.provider_job_id
  FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.output_id = p_output_id ORDER BY a.stage, a.number
$$;

-- Records that an attempt's result is in the asset store. An attempt that was fenced keeps its asset for support, and
-- stays fenced.
CREATE FUNCTION jobs.record_asset(p_account_id text, p_reference text, p_sha256 text, p_content_type text, p_bytes bigint,
                                  p_billed text, p_cost text)
RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE jobs.attempts a
  SET state = CASE a.state WHEN 'accepted' THEN 'collected' ELSE a.state END, sha256 = p_sha256,
      content_type = p_content_type, bytes = p_bytes, billed = p_billed, cost = p_cost
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.sha256 IS NULL;
  SELECT a.state FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;

-- What the provider says of a job under way: shown, and told as an event. A job with several outputs is as far as they
-- have ended (jobs.move_job_on).
CREATE FUNCTION jobs.record_progress(p_account_id text, p_job_id text, p_progress jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz := ledger.clock();
BEGIN
  UPDATE jobs.jobs SET progress = p_progress
  WHERE account_id = p_account_id AND job_id = p_job_id AND finished_at IS NULL AND progress IS DISTINCT FROM p_progress
    AND NOT EXISTS (SELECT 1 FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.job_id = p_job_id OFFSET 1);
  IF FOUND THEN
    PERFORM jobs.append_event(p_account_id, p_job_id, 'job.progress', p_progress, v_now);
  END IF;
END $$;

-- Past its expected time: a job is stuck while any of its outputs is. Answers whether the output is stuck now; one that
-- has ended is not.
CREATE FUNCTION jobs.mark_stuck(p_account_id text, p_job_id text, p_output_id text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
BEGIN
  UPDATE jobs.outputs SET state = 'stuck'
  WHERE account_id = p_account_id AND output_id = p_output_id AND state IN ('queued', 'running');
  IF FOUND THEN
    UPDATE jobs.jobs SET state = 'stuck'
    WHERE account_id = p_account_id AND job_id = p_job_id AND state IN ('queued', 'running');
    IF FOUND THEN
      PERFORM jobs.append_event(p_account_id, p_job_id, 'job.stuck', '{}', v_now);
    END IF;
  END IF;
  RETURN EXISTS (SELECT 1 FROM jobs.outputs WHERE account_id = p_account_id AND output_id = p_output_id AND state = 'stuck');
END $$;

-- Down Migration
