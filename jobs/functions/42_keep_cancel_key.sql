-- Stores the key of a customer's cancel: before the workflow is told, and again with the outcome. Returns whether the
-- cancel was accepted, by this call or an earlier one.
CREATE OR REPLACE FUNCTION jobs.keep_cancel_key(p_account_id text, p_job_id text, p_key text, p_is_accepted boolean)
RETURNS boolean LANGUAGE sql AS $$
  INSERT INTO jobs.idempotency_keys AS c (account_id, route, key, fingerprint, answer)
  VALUES (p_account_id, 'cancel', p_job_id || ' ' || p_key, p_job_id,
          jsonb_build_object('is_accepted', p_is_accepted))
  ON CONFLICT (account_id, route, key) DO UPDATE
  SET answer = CASE WHEN p_is_accepted THEN excluded.answer ELSE c.answer END
  RETURNING (c.answer->>'is_accepted')::boolean
$$;
