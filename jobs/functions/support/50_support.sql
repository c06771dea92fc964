-- Outputs of a job whose credits are still reserved.
CREATE OR REPLACE FUNCTION jobs.open_outputs(p_account_id text, p_job_id text)
RETURNS TABLE (output_id text, reservation_id text, return_by timestamptz, item int, variation int)
LANGUAGE sql STABLE AS $$
  SELECT o.output_id, o.reservation_id, r.return_by, o.item, o.variation
  FROM jobs.outputs_of(p_account_id, p_job_id) o
  CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r
  WHERE r.state = 'open'
$$;

-- Attempts of open outputs by name: a reference, or a number where that is enough; null: any.
CREATE OR REPLACE FUNCTION jobs.attempts_named(p_account_id text, p_job_id text, p_name jsonb)
RETURNS SETOF jobs.attempts LANGUAGE sql STABLE AS $$
  SELECT a.* FROM jobs.open_outputs(p_account_id, p_job_id) o
  JOIN LATERAL jobs.attempts_of(p_account_id, o.output_id) a ON true
  WHERE nullif(p_name, 'null') IS NULL OR p_name IN (to_jsonb(a.reference), to_jsonb(a.number))
$$;

-- Gives some open outputs a later return_by, in the ledger and on the job.
CREATE OR REPLACE FUNCTION jobs.return_later(
  p_account_id text, p_job_id text, p_reservation_ids text[], p_return_by timestamptz, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_progress jsonb;
BEGIN
  PERFORM ledger.move_return_by(p_account_id, p_reservation_ids, p_return_by, NULL);
  -- The job's is that of its last output.
  UPDATE jobs.jobs j SET return_by = (SELECT max(o.return_by) FROM jobs.open_outputs(p_account_id, p_job_id) o)
  WHERE j.account_id = p_account_id AND j.job_id = p_job_id
  RETURNING coalesce(nullif(j.progress, 'null'), '{"stage": null, "fraction": null, "queue_position": null}')
            || jsonb_build_object('returned_automatically_by', j.return_by) INTO v_progress;
  PERFORM jobs.append_event(p_account_id, p_job_id, 'job.progress', v_progress, p_now);
END $$;
