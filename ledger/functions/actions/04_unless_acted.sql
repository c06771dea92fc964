-- The number of the last thing that was done to an account; 0: nothing was.
CREATE OR REPLACE FUNCTION ledger.last_action(p_account_id text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(max(a.action_id), 0) FROM ledger.operator_actions a WHERE a.account_id = p_account_id
$$;

-- Refuses what was decided by what a person was shown, where another has done the same since: raises HF006, with that
-- action as its detail. p_unless: {"as_of": the last action that was shown, "actions": [names], "subject": what the
-- detail of such an action holds, "by": {"actor", "reason"} of the caller, whose own repeated call is none}; null:
-- nothing was shown. The caller holds the lock that such actions take.
CREATE OR REPLACE FUNCTION ledger.refuse_if_acted(p_account_id text, p_unless jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_since ledger.operator_actions;
BEGIN
  IF p_unless->>'as_of' IS NULL THEN
    RETURN;
  END IF;
  SELECT a.* INTO v_since FROM ledger.operator_actions a
  WHERE a.account_id = p_account_id AND a.action_id > (p_unless->>'as_of')::bigint
    AND p_unless->'actions' ? a.action AND a.detail @> (p_unless->'subject')
    AND (a.actor, a.reason) IS DISTINCT FROM (p_unless->'by'->>'actor', p_unless->'by'->>'reason')
  ORDER BY a.action_id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'another has acted since' USING ERRCODE = 'HF006', DETAIL = jsonb_build_object(
      'actor', v_since.actor, 'action', v_since.action, 'at', v_since.created_at, 'reason', v_since.reason)::text;
  END IF;
END $$;

-- The account, locked where something was shown: stands as the first argument of the function that then acts.
CREATE OR REPLACE FUNCTION ledger.unless_acted(p_account_id text, p_unless jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF p_unless IS NOT NULL THEN
    PERFORM ledger.lock(p_account_id);
    PERFORM ledger.refuse_if_acted(p_account_id, p_unless);
  END IF;
  RETURN p_account_id;
END $$;

-- What was done to an account, by whom and why, newest first, before a number (null: from the newest on).
CREATE OR REPLACE FUNCTION ledger.list_actions(p_account_id text, p_before bigint, p_limit int)
RETURNS TABLE (action_id bigint, at timestamptz, actor text, action text, reason text, detail jsonb)
LANGUAGE sql STABLE AS $$
  SELECT a.action_id, a.created_at, a.actor, a.action, a.reason, a.detail FROM ledger.operator_actions a
  WHERE a.account_id = p_account_id AND a.action NOT IN ('create_portal_session', 'revoke_portal_session')
    AND (p_before IS NULL OR a.action_id < p_before)
  ORDER BY a.action_id DESC LIMIT p_limit
$$;
