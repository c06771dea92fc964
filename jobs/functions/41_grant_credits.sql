-- Grants credits, once per key of an account. granted, with the grant as it was then | key_reused (of another
-- fingerprint: is_replay) | another refusal of ledger.grant_credits, which is not stored.
-- p_unless: see ledger.refuse_if_acted.
CREATE OR REPLACE FUNCTION jobs.grant_credits(
  p_account_id text, p_key text, p_fingerprint text, p_grant_id text, p_source text, p_priority int, p_amount bigint,
  p_expires_at timestamptz, p_lives interval, p_reason text, p_reference text, p_actor text, p_unless jsonb
) RETURNS TABLE (outcome text, is_replay boolean, answer jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_known jobs.idempotency_keys;
BEGIN
  PERFORM ledger.lock(p_account_id);
  SELECT k.* INTO v_known FROM jobs.idempotency_keys k
  WHERE k.account_id = p_account_id AND k.route = 'grants' AND k.key = p_key;
  is_replay := FOUND;
  answer := v_known.answer;
  IF is_replay THEN
    outcome := CASE WHEN v_known.fingerprint = p_fingerprint THEN 'granted' ELSE 'key_reused' END;
  ELSE
    PERFORM ledger.refuse_if_acted(p_account_id, p_unless);
    outcome := ledger.grant_credits(p_account_id, p_grant_id, p_source, p_priority, p_amount, p_expires_at, p_lives,
                                    p_reason, p_reference, p_actor);
    IF outcome = 'granted' THEN
      answer := ledger.read_grant(p_account_id, p_grant_id);
      INSERT INTO jobs.idempotency_keys (account_id, route, key, fingerprint, answer)
      VALUES (p_account_id, 'grants', p_key, p_fingerprint, answer);
    END IF;
  END IF;
  RETURN NEXT;
END $$;
