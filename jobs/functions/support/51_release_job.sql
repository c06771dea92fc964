-- Releases every open output of a job: for support, or for a customer's cancel of a job without a workflow. p_call:
-- failure, expired_policy, return_grant_hours, output_ids (absent: all).
CREATE OR REPLACE FUNCTION jobs.release_job(p_account_id text, p_job_id text, p_call jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_output  record;
  v_item    jobs.settle_item;
  v_result  jobs.settled;
  v_credits bigint := 0;
  v_ids     text[] := '{}';
BEGIN
  PERFORM ledger.lock(p_account_id);
  FOR v_output IN
    SELECT o.* FROM jobs.open_outputs(p_account_id, p_job_id) o
    WHERE nullif(p_call->'output_ids', 'null') IS NULL OR p_call->'output_ids' ? o.output_id
    ORDER BY o.item, o.variation
  LOOP
    v_item := ROW(p_account_id, p_job_id, v_output.output_id, v_output.reservation_id, 'release', NULL,
                  p_call->'failure', p_call->>'expired_policy', (p_call->>'return_grant_hours')::int, NULL, NULL);
    v_result := jobs.settle_one(v_item);
    IF v_result.outcome <> 'released' THEN
      RAISE EXCEPTION 'the ledger refused to release %: %', v_item.reservation_id, v_result.outcome
        USING ERRCODE = 'HF004';
    END IF;
    v_credits := v_credits + v_result.released;
    v_ids := v_ids || v_output.output_id;
  END LOOP;
  IF v_ids = '{}' THEN
    RETURN jobs.refused('job_ended');
  END IF;
  RETURN jsonb_build_object('outcome', 'done', 'credits', v_credits, 'output_ids', to_jsonb(v_ids));
END $$;
