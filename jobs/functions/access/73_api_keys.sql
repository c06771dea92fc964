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

-- A key that a caller may change, locked: of its account (null: of any), of its mode (null: of both).
CREATE OR REPLACE FUNCTION jobs.lock_api_key(p_account_id text, p_mode text, p_key_id text) RETURNS SETOF jobs.api_keys
LANGUAGE sql AS $$
  SELECT k.* FROM jobs.api_keys k
  WHERE k.key_id = p_key_id AND (p_account_id IS NULL OR k.account_id = p_account_id)
    AND (p_mode IS NULL OR k.mode = p_mode) FOR UPDATE
$$;

-- Ends a key now, once: it is refused within a second. False: the caller has no such key. p_unless: see
-- ledger.refuse_if_acted.
CREATE OR REPLACE FUNCTION jobs.revoke_api_key(
  p_account_id text, p_mode text, p_key_id text, p_actor text, p_reason text, p_unless jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_key jobs.api_keys;
  v_now timestamptz;
BEGIN
  SELECT k.* INTO v_key FROM jobs.lock_api_key(p_account_id, p_mode, p_key_id) k;
  PERFORM ledger.refuse_if_acted(coalesce(v_key.account_id, 'platform'), p_unless);
  IF v_key.key_id IS NOT NULL AND v_key.revoked_at IS NULL THEN
    v_now := ledger.clock();
    UPDATE jobs.api_keys k SET revoked_at = v_now WHERE k.key_id = p_key_id;
    PERFORM jobs.record_key_action(v_key, p_actor, 'revoke_key', p_reason, v_now);
  END IF;
  RETURN v_key.key_id IS NOT NULL;
END $$;

-- Makes a key in place of another, which works on for so long: the same name, scopes, account and mode. p_new: by mode
-- (a secret shows it), key_id, secret_hash and fingerprint. Two of them live at a time: what the other was itself the
-- successor of ends now. made | exists | key_reused (see create_api_key) | not_found | replaced (it has a successor,
-- which is returned) | revoked (or expired).
CREATE OR REPLACE FUNCTION jobs.rotate_api_key(
  p_account_id text, p_mode text, p_key_id text, p_new jsonb, p_grace_seconds float, p_made_by text, p_actor text,
  p_reason text
) RETURNS TABLE (outcome text, key jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_old  jobs.api_keys;
  v_next jobs.api_keys;
  v_now  timestamptz;
BEGIN
  SELECT k.* INTO v_old FROM jobs.lock_api_key(p_account_id, p_mode, p_key_id) k;
  v_now := ledger.clock();
  SELECT k.* INTO v_next FROM jobs.api_keys k WHERE k.replaces = v_old.key_id;
  outcome := CASE
    WHEN v_old.key_id IS NULL THEN 'not_found'
    WHEN v_next.made_by = p_made_by AND v_next.fingerprint = p_new->v_old.mode->>'fingerprint' THEN 'exists'
    WHEN v_next.made_by = p_made_by THEN 'key_reused'
    WHEN v_next.key_id IS NOT NULL THEN 'replaced'
    WHEN v_old.revoked_at IS NOT NULL OR v_old.expires_at <= v_now THEN 'revoked' END;
  key := CASE WHEN v_next.key_id IS NOT NULL THEN jobs.key_as_json(v_next) END;
  IF outcome IS NULL THEN
    UPDATE jobs.api_keys k SET expires_at = v_now + make_interval(secs => p_grace_seconds) WHERE k.key_id = p_key_id;
    UPDATE jobs.api_keys k SET revoked_at = v_now WHERE k.key_id = v_old.replaces AND k.revoked_at IS NULL;
    SELECT c.outcome, c.key INTO outcome, key FROM jobs.create_api_key(
      p_new->v_old.mode || jsonb_build_object('account_id', v_old.account_id, 'mode', v_old.mode, 'name', v_old.name,
                                  'scopes', to_jsonb(v_old.scopes), 'replaces', v_old.key_id),
      p_made_by, p_actor, p_reason) c;
  END IF;
  RETURN NEXT;
END $$;

-- A page of keys, newest first, after a position: of an account, or (null) of the platform and of all accounts.
CREATE OR REPLACE FUNCTION jobs.list_api_keys(
  p_account_id text, p_mode text, p_at timestamptz, p_after_key_id text, p_limit int
) RETURNS TABLE (key jsonb, created_at text, key_id text) LANGUAGE sql STABLE AS $$
  SELECT jobs.key_as_json(k), k.created_at::text, k.key_id FROM jobs.api_keys k
  WHERE (p_account_id IS NULL OR k.account_id = p_account_id) AND (p_mode IS NULL OR k.mode = p_mode)
    AND (p_at IS NULL OR (k.created_at, k.key_id) < (p_at, p_after_key_id))
  ORDER BY k.created_at DESC, k.key_id DESC LIMIT p_limit
$$;
