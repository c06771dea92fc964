-- Does a change of an account, by the function that the API does it with, and with no actor, so that nothing is on
-- record of it. p_call: that function's arguments by their names. Returns what it returned, as JSON.
CREATE OR REPLACE FUNCTION jobs.carry_out_change(p_account_id text, p_change text, p_call jsonb) RETURNS jsonb
LANGUAGE sql AS $$
  SELECT CASE p_change
    WHEN 'grant' THEN (
      SELECT to_jsonb(g) FROM jsonb_to_record(p_call) AS c (
        key text, fingerprint text, grant_id text, source text, priority int, amount bigint, expires_at timestamptz,
        lives interval, reason text, reference text)
      CROSS JOIN LATERAL jobs.grant_credits(
        p_account_id, c.key, c.fingerprint, c.grant_id, c.source, c.priority, c.amount, c.expires_at, c.lives,
        c.reason, c.reference, NULL, NULL) g)
    WHEN 'void' THEN (
      SELECT to_jsonb(v) FROM ledger.void_grant(p_account_id, p_call->>'grant_id', p_call->>'reason', NULL) v)
    WHEN 'set_frozen' THEN
      to_jsonb(ledger.set_frozen(p_account_id, (p_call->>'is_frozen')::boolean, NULL, p_call->>'reason'))
    WHEN 'set_limits' THEN to_jsonb(ledger.set_limits(p_account_id, p_call->'limits', NULL, p_call->>'reason'))
    WHEN 'set_price_list' THEN (
      SELECT '{}'::jsonb FROM ledger.set_price_list(
        p_account_id, p_call->>'price_list', (p_call->>'low_balance_rise')::bigint, NULL, p_call->>'reason'))
    WHEN 'resend' THEN (
      SELECT to_jsonb(r) FROM jobs.resend_webhooks(
        p_account_id, p_call->>'endpoint_id', (p_call->>'sequence')::bigint, (p_call->>'since')::timestamptz,
        (p_call->>'after')::bigint, (p_call->>'limit')::int, NULL, NULL) r)
    WHEN 'revoke_key' THEN
      to_jsonb(jobs.revoke_api_key(p_account_id, p_call->>'mode', p_call->>'key_id', NULL, NULL, NULL))
    WHEN 'rotate_key' THEN (
      SELECT to_jsonb(r) FROM jobs.rotate_api_key(
        p_account_id, p_call->>'mode', p_call->>'key_id', p_call->'new', (p_call->>'grace_seconds')::float, NULL,
        NULL, NULL) r) END
$$;

-- What a change is about: a grant, an endpoint, or a key with the sessions of browsers that end with it.
CREATE OR REPLACE FUNCTION jobs.subject_of_change(p_account_id text, p_change text, p_call jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT CASE p_change
    WHEN 'void' THEN (
      SELECT ledger.grant_as_json(g) || jsonb_build_object('voided_at', g.voided_at) FROM ledger.grants g
      WHERE g.account_id = p_account_id AND g.grant_id = p_call->>'grant_id')
    WHEN 'resend' THEN (SELECT e FROM jobs.read_webhook_endpoints(p_account_id, p_call->>'endpoint_id') e)
    WHEN 'revoke_key' THEN (
      SELECT jobs.key_as_json(k) || jobs.sessions_of_key(k.key_id) FROM jobs.api_keys k
      WHERE k.key_id = p_call->>'key_id')
    WHEN 'rotate_key' THEN (
      SELECT jobs.key_as_json(k) || jsonb_build_object('predecessor', o.key_id) FROM jobs.api_keys k
      LEFT JOIN jobs.api_keys o ON o.key_id = k.replaces AND o.revoked_at IS NULL AND o.expires_at > ledger.clock()
      WHERE k.key_id = p_call->>'key_id') END
$$;

-- How an account stands, as far as support may change that.
CREATE OR REPLACE FUNCTION jobs.terms_of(p_account_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'available', a.available, 'reserved', a.reserved, 'frozen_at', a.frozen_at, 'price_list', p.price_list,
    'limits', ledger.read_limits(p_account_id), 'jobs', (
      SELECT count(*) FROM (
        SELECT 1 FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.finished_at IS NULL LIMIT 1000) j))
  FROM ledger.accounts a JOIN ledger.account_profiles p USING (account_id) WHERE a.account_id = p_account_id
$$;

-- What a change of an account would do, as jobs.preview_command says it of a command: in a block that is rolled back.
-- p_account_id of a change of a key: whose keys the caller reaches; null: all. Returns answer, of the function itself;
-- subject and became, what it is about, before and after; before and after, the account's terms; moves; as_of, the last
-- thing that was done to the account.
CREATE OR REPLACE FUNCTION jobs.preview_change(p_account_id text, p_change text, p_call jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_said  jsonb;
  v_owner text := p_account_id;
  v_seq   bigint;
BEGIN
  IF p_change IN ('revoke_key', 'rotate_key') THEN
    SELECT coalesce(k.account_id, 'platform') INTO v_owner FROM jobs.lock_api_key(
      p_account_id, p_call->>'mode', p_call->>'key_id') k;
  ELSE
    PERFORM ledger.lock(p_account_id);
    SELECT a.entry_seq INTO v_seq FROM ledger.accounts a WHERE a.account_id = p_account_id;
  END IF;
  v_said := jsonb_build_object(
    'as_of', ledger.last_action(v_owner)::text, 'before', jobs.terms_of(p_account_id),
    'subject', jobs.subject_of_change(p_account_id, p_change, p_call));
  v_said := v_said || jsonb_build_object('answer', jobs.carry_out_change(p_account_id, p_change, p_call));
  v_said := v_said || jsonb_build_object(
    'after', jobs.terms_of(p_account_id), 'moves', jobs.moves_after(p_account_id, v_seq),
    'became', jobs.subject_of_change(p_account_id, p_change, p_call));
  RAISE EXCEPTION USING ERRCODE = 'HF005';
EXCEPTION WHEN SQLSTATE 'HF005' THEN
  RETURN v_said;
END $$;
