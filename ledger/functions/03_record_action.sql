-- In the transaction of what was done. No actor: nobody's doing, nothing to record.
CREATE OR REPLACE FUNCTION ledger.record_action(p_account_id text, p_actor text, p_action text, p_reason text, p_detail jsonb, p_now timestamptz)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO ledger.operator_actions (account_id, actor, action, reason, detail, created_at)
  SELECT p_account_id, p_actor, p_action, p_reason, p_detail, p_now WHERE p_actor IS NOT NULL
$$;

-- What operators did to a job, oldest first.
CREATE OR REPLACE FUNCTION ledger.read_actions_of_job(p_account_id text, p_job_id text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'actor', a.actor, 'action', a.action, 'reason', a.reason,
                                               'detail', a.detail) ORDER BY a.action_id), '[]')
  FROM ledger.operator_actions a WHERE a.account_id = p_account_id AND a.detail->>'job_id' = p_job_id
$$;
