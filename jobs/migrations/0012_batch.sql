-- Up Migration
-- Jobs with several outputs: each is taken up by a workflow of its own, and the job's workflow tells how all came out.

-- Takes an output up: its clock starts, once. Answers what its workflow runs by; no row when there is nothing to run: the
-- output's reservation has ended, or the account has no such output.
--   left_seconds  until its credits return, when it was first taken up; negative past that
--   age_seconds   since it was first taken up
CREATE FUNCTION jobs.take_up_output(p_account_id text, p_output_id text)
RETURNS TABLE (work jsonb, credits bigint, left_seconds double precision, age_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now    timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
  v_output jobs.outputs;
BEGIN
  UPDATE jobs.outputs o SET taken_up_at = coalesce(o.taken_up_at, v_now)
  FROM ledger.reservations r
  WHERE o.account_id = p_account_id AND o.output_id = p_output_id
    AND r.account_id = o.account_id AND r.reservation_id = o.reservation_id AND r.state = 'open'
  RETURNING o.* INTO v_output;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT v_output.work, v_output.credits, extract(epoch FROM r.return_by - v_output.taken_up_at)::double precision,
           extract(epoch FROM v_now - v_output.taken_up_at)::double precision
    FROM ledger.reservations r WHERE r.account_id = p_account_id AND r.reservation_id = v_output.reservation_id;
END $$;

-- How a job stands, for its workflow: states of its outputs counted, and its credits. No row when there is no such job.
CREATE FUNCTION jobs.read_job_result(p_account_id text, p_job_id text)
RETURNS TABLE (state text, failure_code text, outputs int, succeeded int, failed int, canceled int, committed bigint, returned bigint,
               left_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT j.state, j.failure->>'code', c.outputs, c.succeeded, c.failed, c.canceled, c.committed, c.returned,
         extract(epoch FROM j.return_by - ledger.clock())::double precision
  FROM jobs.jobs j, LATERAL (
    SELECT count(*)::int AS outputs, count(*) FILTER (WHERE o.state = 'succeeded')::int AS succeeded,
           count(*) FILTER (WHERE o.state = 'failed')::int AS failed,
           count(*) FILTER (WHERE o.state = 'canceled')::int AS canceled,
           coalesce(sum(r.committed), 0)::bigint AS committed, coalesce(sum(r.released), 0)::bigint AS returned
    FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
    WHERE o.account_id = j.account_id AND o.job_id = j.job_id) c
  WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;

REVOKE ALL ON FUNCTION jobs.take_up_output(text, text), jobs.read_job_result(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.take_up_output(text, text), jobs.read_job_result(text, text) TO holdfast_worker;

-- Down Migration
