-- Deliveries to an endpoint, newest first, before a sequence (null: from the newest on); of one state, or (null) all.
CREATE OR REPLACE FUNCTION jobs.read_webhook_deliveries(
  p_account_id text, p_endpoint_id text, p_before bigint, p_state text, p_limit int
) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'sequence', d.sequence, 'type', d.type, 'state', d.state, 'attempts', d.attempts, 'status', d.status,
    'error', d.error, 'request_body', d.request_body, 'response_body', d.response_body, 'created_at', d.created_at,
    'last_attempt_at', d.attempted_at, 'next_attempt_at', CASE d.state WHEN 'pending' THEN d.due_at END,
    'job_id', v.job_id, 'seq', v.seq)
  FROM jobs.webhook_deliveries d
  JOIN jobs.events v ON v.account_id = d.account_id AND v.sequence = d.sequence AND v.sequence > 0
  WHERE d.endpoint_id = p_endpoint_id AND d.account_id = p_account_id
    AND (p_before IS NULL OR d.sequence < p_before) AND (p_state IS NULL OR d.state = p_state)
  ORDER BY d.sequence DESC LIMIT p_limit
$$;

-- Sends events again, oldest first, at most p_limit: the one of a sequence, or all of the endpoint's types since a
-- time, also those that were never sent to it (it was disabled, or not there). A delivery that is being sent is left
-- alone. Returns how many, and the last sequence, and records who asked and why. No row: there is no such endpoint, or
-- it is disabled.
CREATE OR REPLACE FUNCTION jobs.resend_webhooks(
  p_account_id text, p_endpoint_id text, p_sequence bigint, p_since timestamptz, p_after bigint, p_limit int,
  p_actor text, p_reason text
) RETURNS TABLE (resent int, last_sequence bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_now      timestamptz := ledger.lock(p_account_id);
  v_endpoint jobs.webhook_endpoints;
BEGIN
  SELECT e.* INTO v_endpoint FROM jobs.webhook_endpoints e
  WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id AND e.disabled_at IS NULL;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  WITH sent AS (
    INSERT INTO jobs.webhook_deliveries AS d (account_id, endpoint_id, sequence, type, due_at, created_at)
    SELECT v.account_id, p_endpoint_id, v.sequence, v.type, ledger.clock(), ledger.clock() FROM jobs.events v
    WHERE v.account_id = p_account_id AND v.sequence > coalesce(p_after, 0)
      AND CASE WHEN p_sequence IS NULL THEN v.created_at >= p_since AND v.type = ANY (v_endpoint.events)
               ELSE v.sequence = p_sequence END
    ORDER BY v.sequence LIMIT p_limit
    ON CONFLICT (endpoint_id, sequence) DO UPDATE
    SET state = 'pending', attempts = CASE WHEN d.claim IS NULL THEN 0 ELSE d.attempts END,
        due_at = CASE WHEN d.claim IS NULL THEN excluded.due_at ELSE d.due_at END
    RETURNING d.sequence)
  SELECT count(*)::int, max(s.sequence) INTO resent, last_sequence FROM sent s;
  PERFORM ledger.record_action(
    p_account_id, p_actor, 'resend_webhooks', coalesce(p_reason, 'no reason given'), jsonb_build_object(
      'endpoint_id', p_endpoint_id, 'sequence', p_sequence, 'since', p_since, 'resent', resent), v_now);
  RETURN NEXT;
END $$;

-- Endpoints with a delivery that is due, by one look into the index for each that has any waiting.
CREATE OR REPLACE FUNCTION jobs.endpoints_with_due(p_now timestamptz)
RETURNS TABLE (endpoint_id text, due_at timestamptz) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE waiting AS (
    (SELECT d.endpoint_id, d.due_at FROM jobs.webhook_deliveries d WHERE d.state = 'pending'
     ORDER BY d.endpoint_id, d.due_at LIMIT 1)
    UNION ALL
    SELECT n.endpoint_id, n.due_at FROM waiting w CROSS JOIN LATERAL (
      SELECT d.endpoint_id, d.due_at FROM jobs.webhook_deliveries d
      WHERE d.state = 'pending' AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id, d.due_at LIMIT 1) n
  )
  SELECT w.endpoint_id, w.due_at FROM waiting w WHERE w.due_at <= p_now
$$;

-- How many more deliveries may be sent to an endpoint now: p_most at a time over all workers; one at a time (with a
-- pause after each: paused_until) once it has failed five times in a row.
CREATE OR REPLACE FUNCTION jobs.webhook_room(p_endpoint jobs.webhook_endpoints, p_most int, p_now timestamptz)
RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_endpoint.failures < 5 THEN p_most ELSE 1 END - count(*)::int FROM jobs.webhook_deliveries d
  WHERE d.endpoint_id = p_endpoint.endpoint_id AND d.claim IS NOT NULL AND d.due_at > p_now
$$;

-- Claims due deliveries for one sender. A claim is a lease: after it the delivery is due again, so that one whose
-- sender died is sent by another. Endpoints with the most room come first, then those that have waited the longest, so
-- that a slow, full or failing endpoint keeps no other waiting.
CREATE OR REPLACE FUNCTION jobs.claim_webhooks(
  p_claim text, p_limit int, p_per_endpoint int, p_lease_seconds float
) RETURNS TABLE (
  account_id text, endpoint_id text, sequence bigint, url text, secrets text[], type text, data jsonb,
  created_at timestamptz, job_id text, seq bigint, attempts int, request_body text
) LANGUAGE plpgsql AS $$
DECLARE
  v_now      timestamptz := ledger.clock();
  v_endpoint jobs.webhook_endpoints;
  v_left     int := p_limit;
  v_room     int;
BEGIN
  FOR v_endpoint IN
    SELECT e.* FROM jobs.endpoints_with_due(v_now) w JOIN jobs.webhook_endpoints e ON e.endpoint_id = w.endpoint_id
    CROSS JOIN LATERAL jobs.webhook_room(e, p_per_endpoint, v_now) room
    WHERE e.disabled_at IS NULL AND e.paused_until <= v_now AND room > 0
    ORDER BY room DESC, w.due_at LIMIT p_limit FOR NO KEY UPDATE OF e SKIP LOCKED
  LOOP
    EXIT WHEN v_left = 0;
    v_room := least(v_left, jobs.webhook_room(v_endpoint, p_per_endpoint, v_now));
    CONTINUE WHEN v_room <= 0;
    -- Materialized: the join may not ask for the first ones again.
    RETURN QUERY WITH due AS MATERIALIZED (
      SELECT n.sequence FROM jobs.webhook_deliveries n
      WHERE n.endpoint_id = v_endpoint.endpoint_id AND n.state = 'pending' AND n.due_at <= v_now
      ORDER BY n.due_at, n.sequence LIMIT v_room FOR NO KEY UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE jobs.webhook_deliveries d
      SET claim = p_claim, due_at = v_now + make_interval(secs => p_lease_seconds), attempts = d.attempts + 1,
          attempted_at = v_now
      FROM due WHERE d.endpoint_id = v_endpoint.endpoint_id AND d.sequence = due.sequence
      RETURNING d.*)
    SELECT t.account_id, t.endpoint_id, t.sequence, v_endpoint.url,
           ARRAY[v_endpoint.secret] || CASE WHEN v_endpoint.old_secret_until > v_now
                                            THEN ARRAY[v_endpoint.old_secret] ELSE '{}' END,
           v.type, v.data, v.created_at, v.job_id, v.seq, t.attempts, t.request_body
    FROM taken t
    JOIN jobs.events v ON v.account_id = t.account_id AND v.sequence = t.sequence AND v.sequence > 0
    ORDER BY t.sequence;
    GET DIAGNOSTICS v_room = ROW_COUNT;
    v_left := v_left - v_room;
  END LOOP;
END $$;

-- Records the result of a delivery, for the sender that holds its claim. p_result: {"delivered", "status", "error",
-- "request_body", "response_body"}; p_retry_seconds: the pause before the next try, null: there is none. recorded |
-- disabled (recorded, and the endpoint is disabled: 410, or five days without a success) | late (the lease had ended,
-- and another sender has it).
CREATE OR REPLACE FUNCTION jobs.record_webhook(
  p_account_id text, p_endpoint_id text, p_sequence bigint, p_claim text, p_result jsonb, p_retry_seconds float
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_now       timestamptz := ledger.clock();
  v_delivered boolean := (p_result->>'delivered')::boolean;
  v_endpoint  jobs.webhook_endpoints;
BEGIN
  IF NOT v_delivered THEN  -- it may come to an event, for which the account is locked before all else
    PERFORM ledger.lock(p_account_id);
  END IF;
  UPDATE jobs.webhook_deliveries d
  SET claim = NULL, status = (p_result->>'status')::int, error = p_result->>'error',
      request_body = p_result->>'request_body', response_body = p_result->>'response_body',
      state = CASE WHEN v_delivered THEN 'delivered' WHEN p_retry_seconds IS NULL THEN 'failed' ELSE 'pending' END,
      due_at = v_now + make_interval(secs => coalesce(p_retry_seconds, 0))
  WHERE d.endpoint_id = p_endpoint_id AND d.sequence = p_sequence AND d.account_id = p_account_id
    AND d.claim = p_claim;
  IF NOT FOUND THEN
    RETURN 'late';
  END IF;
  IF v_delivered THEN
    UPDATE jobs.webhook_endpoints e SET failures = 0, failing_since = NULL, paused_until = '-infinity'
    WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id AND e.failures > 0;
    RETURN 'recorded';
  END IF;
  UPDATE jobs.webhook_endpoints e
  SET failures = e.failures + 1, failing_since = coalesce(e.failing_since, v_now),
      paused_until = CASE WHEN e.failures >= 4 THEN v_now + make_interval(secs => 2 ^ least(e.failures - 4, 6))
                          ELSE e.paused_until END
  WHERE e.account_id = p_account_id AND e.endpoint_id = p_endpoint_id RETURNING * INTO v_endpoint;
  RETURN CASE WHEN jobs.disable_webhook_endpoint(v_endpoint, (p_result->>'status')::int, v_now) THEN 'disabled'
              ELSE 'recorded' END;
END $$;

-- Disables an endpoint after its last failure (410, or five days without a success) and tells its account. Returns
-- whether it did.
CREATE OR REPLACE FUNCTION jobs.disable_webhook_endpoint(
  p_endpoint jobs.webhook_endpoints, p_status int, p_now timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_reason text := CASE WHEN p_status = 410 THEN 'gone'
                        WHEN p_endpoint.failing_since <= p_now - interval '5 days' THEN 'failing' END;
BEGIN
  UPDATE jobs.webhook_endpoints e SET disabled_at = p_now, disabled_reason = v_reason
  WHERE e.account_id = p_endpoint.account_id AND e.endpoint_id = p_endpoint.endpoint_id AND e.disabled_at IS NULL
    AND v_reason IS NOT NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM jobs.tell(p_endpoint.account_id, NULL, 'webhook_endpoint.disabled', jsonb_build_object(
    'endpoint_id', p_endpoint.endpoint_id, 'url', p_endpoint.url, 'reason', v_reason,
    'failing_since', p_endpoint.failing_since), ledger.lock(p_endpoint.account_id));
  RETURN true;
END $$;

-- Removes a page of deliveries that are no longer shown: those made p_days ago that have ended, and those of deleted
-- endpoints. Returns how many.
CREATE OR REPLACE FUNCTION jobs.prune_webhooks(p_days int, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_removed int;
BEGIN
  WITH old AS MATERIALIZED (
    (SELECT o.endpoint_id, o.sequence FROM jobs.webhook_deliveries o
     WHERE o.state <> 'pending' AND o.created_at < ledger.clock() - make_interval(days => p_days)
     ORDER BY o.created_at LIMIT p_limit)
    UNION
    (SELECT o.endpoint_id, o.sequence FROM jobs.webhook_endpoints e
     JOIN jobs.webhook_deliveries o ON o.endpoint_id = e.endpoint_id
     WHERE e.deleted_at IS NOT NULL LIMIT p_limit))
  DELETE FROM jobs.webhook_deliveries d USING old
  WHERE d.endpoint_id = old.endpoint_id AND d.sequence = old.sequence;
  GET DIAGNOSTICS v_removed = ROW_COUNT;
  DELETE FROM jobs.webhook_endpoints e WHERE e.deleted_at < ledger.clock() - interval '1 day' AND NOT EXISTS (
    SELECT 1 FROM jobs.webhook_deliveries d WHERE d.endpoint_id = e.endpoint_id);
  RETURN v_removed;
END $$;
