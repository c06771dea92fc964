-- Jobs with several outputs: each is taken up by a workflow of its own, and the job's workflow tells how all came out.

-- Takes an output up: its clock starts, once. Answers what its workflow runs by; no row when there is nothing to run: the
-- output's reservation has ended, or the account has no such output.
--   left_seconds  until its credits return, when it was first taken up; negative past that
--   age_seconds   since it was first taken up
CREATE OR REPLACE FUNCTION jobs.take_up_output(p_account_id text, p_output_id text)
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
