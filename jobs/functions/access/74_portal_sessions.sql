-- A live session by its id: its token's hash is compared by the caller, in constant time. It ends with its key where
-- that is revoked, for who had the key may have the token; where the key was replaced it lives on.
CREATE OR REPLACE FUNCTION jobs.read_portal_session(p_session_id text)
RETURNS TABLE (session_id text, account_id text, mode text, secret_hash bytea, can text[]) LANGUAGE sql STABLE AS $$
  SELECT s.session_id, s.account_id, a.mode, s.secret_hash, s.can
  FROM jobs.portal_sessions s JOIN ledger.accounts a USING (account_id)
  WHERE s.session_id = p_session_id AND s.revoked_at IS NULL AND s.expires_at > ledger.clock()
    AND NOT EXISTS (SELECT FROM jobs.api_keys k WHERE k.key_id = s.key_id AND k.revoked_at IS NOT NULL)
$$;

-- Stores a session that lives so long. Returns when it ends.
CREATE OR REPLACE FUNCTION jobs.create_portal_session(
  p_account_id text, p_session_id text, p_key_id text, p_secret_hash bytea, p_can text[], p_lives_seconds float,
  p_actor text
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  v_now        timestamptz := ledger.clock();
  v_expires_at timestamptz := v_now + make_interval(secs => p_lives_seconds);
BEGIN
  -- What is over is on record with the actions; the account's own are swept here, a day later.
  DELETE FROM jobs.portal_sessions s WHERE s.account_id = p_account_id AND s.expires_at < v_now - interval '1 day';
  INSERT INTO jobs.portal_sessions (account_id, session_id, key_id, secret_hash, can, expires_at)
  VALUES (p_account_id, p_session_id, p_key_id, p_secret_hash, p_can, v_expires_at);
  PERFORM ledger.record_action(p_account_id, p_actor, 'create_portal_session', 'a token for a browser',
    jsonb_build_object('session_id', p_session_id, 'can', p_can, 'expires_at', v_expires_at), v_now);
  RETURN v_expires_at;
END $$;

-- Ends a session before its time, once. False: the account has none of that id.
CREATE OR REPLACE FUNCTION jobs.revoke_portal_session(p_account_id text, p_session_id text, p_actor text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.clock();
BEGIN
  UPDATE jobs.portal_sessions s SET revoked_at = v_now
  WHERE s.account_id = p_account_id AND s.session_id = p_session_id AND s.revoked_at IS NULL;
  IF FOUND THEN
    PERFORM ledger.record_action(p_account_id, p_actor, 'revoke_portal_session', 'revoked',
                                 jsonb_build_object('session_id', p_session_id), v_now);
  END IF;
  RETURN EXISTS (
    SELECT FROM jobs.portal_sessions s WHERE s.account_id = p_account_id AND s.session_id = p_session_id);
END $$;

-- The sessions of browsers that live by a key: of customers, and of support; at most a thousand of each are counted.
CREATE OR REPLACE FUNCTION jobs.sessions_of_key(p_key_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'portal_sessions', (
      SELECT count(*) FROM (
        SELECT 1 FROM jobs.portal_sessions s
        WHERE s.key_id = p_key_id AND s.revoked_at IS NULL AND s.expires_at > ledger.clock() LIMIT 1000) s),
    'console_sessions', (
      SELECT count(*) FROM (
        SELECT 1 FROM jobs.console_sessions s
        WHERE s.key_id = p_key_id AND s.revoked_at IS NULL AND s.expires_at > ledger.clock() LIMIT 1000) s))
$$;
