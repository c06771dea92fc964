-- A live session by its id, with its key as that is now: its token's hash is compared by the caller, in constant time.
CREATE OR REPLACE FUNCTION jobs.read_console_session(p_session_id text)
RETURNS TABLE (
  session_id text, secret_hash bytea, person text, expires_at timestamptz, key_id text, mode text, scopes text[]
) LANGUAGE sql STABLE AS $$
  SELECT s.session_id, s.secret_hash, s.person, s.expires_at, s.key_id, k.mode, k.scopes
  FROM jobs.console_sessions s LEFT JOIN jobs.read_api_key(s.key_id) k ON k.account_id IS NULL
  WHERE s.session_id = p_session_id AND s.revoked_at IS NULL AND s.expires_at > ledger.clock()
    AND (s.key_id IS NULL OR k.key_id IS NOT NULL)
$$;

-- Stores a session that lives so long. Returns when it ends.
CREATE OR REPLACE FUNCTION jobs.create_console_session(
  p_session_id text, p_secret_hash bytea, p_key_id text, p_person text, p_lives_seconds float, p_actor text
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  v_now        timestamptz := ledger.clock();
  v_expires_at timestamptz := v_now + make_interval(secs => p_lives_seconds);
BEGIN
  -- What is over is on record with the actions.
  DELETE FROM jobs.console_sessions s WHERE s.expires_at < v_now - interval '1 day';
  INSERT INTO jobs.console_sessions (session_id, key_id, person, secret_hash, expires_at)
  VALUES (p_session_id, p_key_id, p_person, p_secret_hash, v_expires_at);
  PERFORM ledger.record_action('platform', p_actor, 'create_console_session', 'signed in',
    jsonb_build_object('session_id', p_session_id, 'expires_at', v_expires_at), v_now);
  RETURN v_expires_at;
END $$;

-- Ends a session before its time, once.
CREATE OR REPLACE FUNCTION jobs.revoke_console_session(p_session_id text, p_actor text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.clock();
BEGIN
  UPDATE jobs.console_sessions s SET revoked_at = v_now WHERE s.session_id = p_session_id AND s.revoked_at IS NULL;
  IF FOUND THEN
    PERFORM ledger.record_action('platform', p_actor, 'revoke_console_session', 'signed out',
                                 jsonb_build_object('session_id', p_session_id), v_now);
  END IF;
END $$;
