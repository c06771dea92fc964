-- Does what a command asks for, or returns why not. See apply_command.
CREATE OR REPLACE FUNCTION jobs.carry_out(
  p_account_id text, p_job_id text, p_command text, p_call jsonb, p_now timestamptz
) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN NOT EXISTS (
    SELECT 1 FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id)
  THEN '{"outcome": "not_found", "what": "job"}' ELSE CASE p_command
    WHEN 'release' THEN jobs.release_job(p_account_id, p_job_id, p_call)
    WHEN 'refund' THEN jobs.refund_job(p_account_id, p_job_id, p_call, p_now)
    WHEN 'extend' THEN jobs.extend_job(p_account_id, p_job_id, p_call, p_now)
    WHEN 'restart' THEN jobs.restart_job(p_account_id, p_job_id, p_call, p_now)
    WHEN 'resolve' THEN jobs.resolve_attempt(p_account_id, p_job_id, p_call) END END
$$;

-- Applies a support command to a job, once per key. The account is locked first, so that commands and settlements come
-- one after the other. p_call: fingerprint, actor, reason, action_id (from the key), is_running (whether a workflow
-- runs the job; null: not known, and a resolve returns look_up), unless (see ledger.refuse_if_acted), and the arguments
-- of the command's function. Stored under the key: {"outcome": "done", …}, {"outcome": "refused", "reason", …}; not
-- stored: {"outcome": "not_found", "what"}, {"outcome": "invalid", "pointer", "code"}, {"outcome": "look_up",
-- "output_id", "attempt", "provider"},
-- {"outcome": "key_reused"}.
CREATE OR REPLACE FUNCTION jobs.apply_command(
  p_account_id text, p_job_id text, p_command text, p_key text, p_call jsonb
) RETURNS jobs.keyed_answer LANGUAGE plpgsql AS $$
DECLARE
  v_now    timestamptz := ledger.lock(p_account_id);
  v_known  jobs.idempotency_keys;
  v_answer jsonb;
BEGIN
  SELECT k.* INTO v_known FROM jobs.idempotency_keys k
  WHERE k.account_id = p_account_id AND k.route = p_command AND k.key = p_key;
  IF FOUND THEN
    RETURN ROW(
      CASE WHEN v_known.fingerprint = p_call->>'fingerprint' THEN v_known.answer ELSE '{"outcome": "key_reused"}' END,
      v_known.fingerprint, true)::jobs.keyed_answer;
  END IF;
  IF p_call->>'actor' IS NULL OR p_call->>'reason' IS NULL THEN
    RAISE not_null_violation USING MESSAGE = 'support says who and why';
  END IF;
  PERFORM ledger.refuse_if_acted(p_account_id, nullif(p_call->'unless', 'null'));
  v_answer := jobs.carry_out(p_account_id, p_job_id, p_command, p_call, v_now);
  IF v_answer->>'outcome' IN ('done', 'refused') THEN
    INSERT INTO jobs.idempotency_keys (account_id, route, key, fingerprint, answer)
    VALUES (p_account_id, p_command, p_key, p_call->>'fingerprint', v_answer);
  END IF;
  IF v_answer->>'outcome' = 'done' THEN
    PERFORM ledger.record_action(p_account_id, p_call->>'actor', p_command || '_job', p_call->>'reason',
      jsonb_build_object('job_id', p_job_id, 'key', p_key) || (v_answer - 'outcome'), v_now);
  END IF;
  RETURN ROW(v_answer, p_call->>'fingerprint', false)::jobs.keyed_answer;
END $$;
