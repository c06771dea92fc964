-- Records what an operator did, in the same transaction. Without an actor (our own processes) nothing is recorded.
CREATE OR REPLACE FUNCTION ledger.record_action(
  p_account_id text, p_actor text, p_action text, p_reason text, p_detail jsonb, p_now timestamptz
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO ledger.operator_actions (account_id, actor, action, reason, detail, created_at)
  SELECT p_account_id, p_actor, p_action, p_reason, p_detail, p_now WHERE p_actor IS NOT NULL
$$;
