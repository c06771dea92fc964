-- Gives credits, once per key of an account. p_grant: an item of ledger.grant_credits. Answers granted, with the grant as it
-- was when it was given; key_reused for another fingerprint under the key (is_replay then) or by the ledger's word; or any
-- other of its refusals, which leave no trace.
CREATE OR REPLACE FUNCTION jobs.give_credits(p_account_id text, p_key text, p_fingerprint text, p_grant jsonb)
RETURNS TABLE (outcome text, is_replay boolean, answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now     timestamptz;
  v_known   jobs.keyed_calls;
  v_outcome text;
BEGIN
  v_now := ledger.lock_accounts(ARRAY[p_account_id]);
  SELECT * INTO v_known FROM jobs.keyed_calls c
  WHERE c.account_id = p_account_id AND c.route = 'grants' AND c.key = p_key;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN v_known.fingerprint = p_fingerprint THEN 'granted' ELSE 'key_reused' END, true, v_known.answer;
    RETURN;
  END IF;
  SELECT g.outcome INTO v_outcome FROM ledger.grant_credits(jsonb_build_array(p_grant)) g;
  IF v_outcome <> 'granted' THEN
    RETURN QUERY SELECT v_outcome, false, NULL::jsonb;
    RETURN;
  END IF;
  RETURN QUERY
    WITH call AS (
      INSERT INTO jobs.keyed_calls (account_id, route, key, fingerprint, answer, created_at)
      VALUES (p_account_id, 'grants', p_key, p_fingerprint, ledger.read_grant(p_account_id, p_grant->>'grant_id'), v_now)
      RETURNING keyed_calls.answer
    )
    SELECT 'granted', false, c.answer FROM call c;
END $$;
