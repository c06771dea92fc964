-- A live key by its public id: its secret's hash is compared by the caller, in constant time. A key of one mode acts
-- for no account of the other, however its row came about.
CREATE OR REPLACE FUNCTION jobs.read_api_key(p_key_id text)
RETURNS TABLE (key_id text, account_id text, mode text, secret_hash bytea, scopes text[]) LANGUAGE sql STABLE AS $$
  SELECT k.key_id, k.account_id, k.mode, k.secret_hash, k.scopes FROM jobs.api_keys k
  WHERE k.key_id = p_key_id AND k.revoked_at IS NULL AND k.expires_at > ledger.clock()
    AND (k.account_id IS NULL OR k.mode = (SELECT a.mode FROM ledger.accounts a WHERE a.account_id = k.account_id))
$$;

-- A key as its owner reads it: without its secret's hash.
CREATE OR REPLACE FUNCTION jobs.key_as_json(p_key jobs.api_keys) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', p_key.key_id, 'name', p_key.name, 'account_id', p_key.account_id, 'mode', p_key.mode,
    'scopes', p_key.scopes, 'replaces', p_key.replaces, 'created_at', p_key.created_at,
    'expires_at', nullif(p_key.expires_at, 'infinity'), 'revoked_at', p_key.revoked_at)
$$;

-- What was done to a key, on record with its account's actions; of a platform key under no account.
CREATE OR REPLACE FUNCTION jobs.record_key_action(
  p_key jobs.api_keys, p_actor text, p_action text, p_reason text, p_now timestamptz
) RETURNS void LANGUAGE sql AS $$
  SELECT ledger.record_action(
    coalesce(p_key.account_id, 'platform'), p_actor, p_action, coalesce(p_reason, 'no reason given'),
    jsonb_build_object('key_id', p_key.key_id, 'name', p_key.name, 'scopes', p_key.scopes, 'mode', p_key.mode,
                       'replaces', p_key.replaces), p_now)
$$;

-- Stores a new key, once per p_made_by (null: each time). made | exists (with the key that was made under it) |
-- key_reused. p_key: key_id, account_id, mode, name, secret_hash (in hex), scopes, replaces, fingerprint.
CREATE OR REPLACE FUNCTION jobs.create_api_key(p_key jsonb, p_made_by text, p_actor text, p_reason text)
RETURNS TABLE (outcome text, key jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_new jobs.api_keys := jsonb_populate_record(NULL::jobs.api_keys, p_key);
  v_key jobs.api_keys;
BEGIN
  v_new.made_by := p_made_by;
  v_new.created_at := ledger.clock();
  v_new.expires_at := 'infinity';
  INSERT INTO jobs.api_keys SELECT v_new.* ON CONFLICT (made_by) DO NOTHING RETURNING * INTO v_key;
  IF FOUND THEN
    PERFORM jobs.record_key_action(v_key, p_actor, 'create_key', p_reason, v_key.created_at);
    RETURN QUERY SELECT 'made', jobs.key_as_json(v_key);
  ELSE
    RETURN QUERY SELECT CASE WHEN k.fingerprint = v_new.fingerprint THEN 'exists' ELSE 'key_reused' END,
                        jobs.key_as_json(k) FROM jobs.api_keys k WHERE k.made_by = p_made_by;
  END IF;
END $$;
