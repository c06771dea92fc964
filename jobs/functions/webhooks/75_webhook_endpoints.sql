-- An endpoint as its account is shown it. Its secrets are not shown.
CREATE OR REPLACE FUNCTION jobs.view_webhook_endpoint(p_endpoint jobs.webhook_endpoints) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', p_endpoint.endpoint_id, 'url', p_endpoint.url, 'events', p_endpoint.events,
    'enabled', p_endpoint.disabled_at IS NULL, 'disabled_reason', p_endpoint.disabled_reason,
    'disabled_at', p_endpoint.disabled_at, 'failing_since', p_endpoint.failing_since,
    'old_secret_expires_at',
    CASE WHEN p_endpoint.old_secret_until > ledger.clock() THEN p_endpoint.old_secret_until END,
    'created_at', p_endpoint.created_at)
$$;

-- Null: the account has as many as it may.
CREATE OR REPLACE FUNCTION jobs.create_webhook_endpoint(
  p_account_id text, p_endpoint_id text, p_url text, p_events text[], p_secret text, p_most int
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_endpoint jobs.webhook_endpoints;
BEGIN
  PERFORM ledger.lock(p_account_id);
  INSERT INTO jobs.webhook_endpoints (account_id, endpoint_id, url, events, secret, created_at)
  SELECT p_account_id, p_endpoint_id, p_url, p_events, p_secret, ledger.clock()
  WHERE p_most > (SELECT count(*) FROM jobs.webhook_endpoints e
                  WHERE e.account_id = p_account_id AND e.deleted_at IS NULL)
  RETURNING * INTO v_endpoint;
  RETURN CASE WHEN FOUND THEN jobs.view_webhook_endpoint(v_endpoint) END;
END $$;

-- One endpoint, or (null) all of an account, oldest first.
CREATE OR REPLACE FUNCTION jobs.read_webhook_endpoints(p_account_id text, p_endpoint_id text) RETURNS SETOF jsonb
LANGUAGE sql STABLE AS $$
  SELECT jobs.view_webhook_endpoint(e) FROM jobs.webhook_endpoints e
  WHERE e.account_id = p_account_id AND e.deleted_at IS NULL
    AND (p_endpoint_id IS NULL OR e.endpoint_id = p_endpoint_id)
  ORDER BY e.created_at, e.endpoint_id
$$;

-- Changes an endpoint; an argument of null changes nothing. One that is enabled again begins without its failures. With
-- a new address, deliveries that are being sent to the old one are sent again. Null: no such endpoint.
CREATE OR REPLACE FUNCTION jobs.update_webhook_endpoint(
  p_account_id text, p_endpoint_id text, p_url text, p_events text[], p_enabled boolean
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_endpoint jobs.webhook_endpoints;
BEGIN
  PERFORM ledger.lock(p_account_id);
  UPDATE jobs.webhook_deliveries d SET claim = NULL, due_at = ledger.clock()
  FROM jobs.webhook_endpoints e
  WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id AND e.url <> p_url
    AND d.endpoint_id = e.endpoint_id AND d.claim IS NOT NULL;
  UPDATE jobs.webhook_endpoints e
  SET url = coalesce(p_url, e.url), events = coalesce(p_events, e.events),
      disabled_at = CASE p_enabled WHEN false THEN coalesce(e.disabled_at, ledger.clock())
                                   WHEN true THEN NULL ELSE e.disabled_at END,
      disabled_reason = CASE p_enabled WHEN false THEN coalesce(e.disabled_reason, 'asked')
                                       WHEN true THEN NULL ELSE e.disabled_reason END,
      failures = CASE WHEN p_enabled THEN 0 ELSE e.failures END,
      failing_since = CASE WHEN p_enabled THEN NULL ELSE e.failing_since END,
      paused_until = CASE WHEN p_enabled OR p_url IS NOT NULL THEN '-infinity' ELSE e.paused_until END
  WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id AND e.deleted_at IS NULL
  RETURNING * INTO v_endpoint;
  RETURN CASE WHEN FOUND THEN jobs.view_webhook_endpoint(v_endpoint) END;
END $$;

-- Nothing is sent to it from now on. Its deliveries are removed later, page by page (jobs.prune_webhooks).
CREATE OR REPLACE FUNCTION jobs.delete_webhook_endpoint(p_account_id text, p_endpoint_id text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.lock(p_account_id);
  UPDATE jobs.webhook_endpoints e
  SET deleted_at = ledger.clock(), disabled_at = coalesce(e.disabled_at, ledger.clock()),
      disabled_reason = coalesce(e.disabled_reason, 'asked')
  WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id AND e.deleted_at IS NULL;
  RETURN FOUND;
END $$;

-- Another secret; the old one signs beside it for some time, and the one before that no more.
CREATE OR REPLACE FUNCTION jobs.rotate_webhook_secret(
  p_account_id text, p_endpoint_id text, p_secret text, p_grace_seconds float
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_endpoint jobs.webhook_endpoints;
BEGIN
  PERFORM ledger.lock(p_account_id);
  UPDATE jobs.webhook_endpoints e
  SET secret = p_secret, old_secret = e.secret,
      old_secret_until = ledger.clock() + make_interval(secs => p_grace_seconds)
  WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id AND e.deleted_at IS NULL
  RETURNING * INTO v_endpoint;
  RETURN CASE WHEN FOUND THEN jobs.view_webhook_endpoint(v_endpoint) END;
END $$;
