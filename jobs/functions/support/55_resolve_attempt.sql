-- Resolves an unknown attempt by support's word: it did not run (rejected) or ran (accepted under the provider's id).
-- The id counts only once the provider was asked whose job it is: a mistyped one would deliver another customer's
-- result. p_call: said (ran | did_not_run), attempt (null: the only one), look_up (found | not_found | not_ours |
-- unknown | unsupported; null: not asked), provider_job_id.
CREATE OR REPLACE FUNCTION jobs.resolve_attempt(p_account_id text, p_job_id text, p_call jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_named   record;
  v_attempt jobs.attempts;
  v_refusal text;
  v_has_run boolean := p_call->>'said' = 'ran';
  v_ran_as  text := CASE WHEN v_has_run THEN p_call->>'provider_job_id' END;
BEGIN
  SELECT count(*) AS named, count(*) FILTER (WHERE a.state = 'unknown') AS unknown,
         bool_or(a.state = 'posting') AS is_on_its_way, min(a.reference) FILTER (WHERE a.state = 'unknown') AS reference
  INTO v_named FROM jobs.attempts_named(p_account_id, p_job_id, p_call->'attempt') a;
  SELECT a.* INTO v_attempt FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = v_named.reference;
  v_refusal := CASE
    WHEN NOT EXISTS (SELECT 1 FROM jobs.open_outputs(p_account_id, p_job_id)) THEN 'job_ended'
    WHEN v_named.named = 0 AND nullif(p_call->'attempt', 'null') IS NOT NULL THEN 'no_such_attempt'
    WHEN v_named.unknown > 1 THEN 'several_attempts'
    WHEN v_named.unknown = 0 AND v_named.is_on_its_way THEN 'attempt_on_its_way'
    WHEN v_named.unknown = 0 THEN 'attempt_known'
    WHEN NOT (p_call->>'is_running')::boolean THEN 'not_running'
    WHEN p_call->>'is_running' IS NULL OR NOT v_has_run OR p_call->>'look_up' IS NULL THEN NULL
    WHEN v_ran_as IS NULL THEN
      CASE p_call->>'look_up' WHEN 'not_found' THEN 'not_found_at_provider'
                              WHEN 'unsupported' THEN 'provider_cannot_be_asked'
                              WHEN 'not_ours' THEN 'provider_job_of_another' ELSE 'provider_does_not_say' END
    WHEN EXISTS (  -- all that can be checked where the provider cannot be asked
      SELECT 1 FROM jobs.attempts a WHERE a.run_id = substring(v_ran_as FROM '([^/ ]+)( |$)')
        AND a.provider_job_id = v_ran_as AND a.provider = v_attempt.provider
        AND (a.account_id, a.reference) <> (p_account_id, v_attempt.reference)) THEN 'provider_job_of_another' END;
  IF v_refusal IS NOT NULL THEN
    RETURN jobs.refused(v_refusal);
  ELSIF p_call->>'is_running' IS NULL OR (v_has_run AND p_call->>'look_up' IS NULL) THEN
    RETURN jsonb_build_object('outcome', 'look_up', 'output_id', v_attempt.output_id, 'attempt', v_attempt.reference,
                              'provider', v_attempt.provider);
  END IF;
  -- Moved as a look-up moves it: the account's lock is held, and nothing else moves one that is unknown.
  PERFORM jobs.move_attempt(
    p_account_id, v_attempt.reference, ARRAY['unknown'], CASE WHEN v_has_run THEN 'accepted' ELSE 'rejected' END,
    v_ran_as, CASE WHEN NOT v_has_run THEN 'resubmit' END);
  RETURN jsonb_build_object(
    'outcome', 'done', 'output_id', v_attempt.output_id, 'attempt', v_attempt.reference, 'said', p_call->>'said',
    'provider_job_id', coalesce(v_ran_as, v_attempt.provider_job_id));
END $$;
