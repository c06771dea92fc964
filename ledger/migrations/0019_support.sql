-- Up Migration
-- What support needs of the ledger: a later return_by, and the record of what was done to a job.

-- Gives open reservations a later return_by, and leaves alone those that return as late or have ended. The account is locked.
-- Answers those that were moved. (No credits move, so the account's row stays as it is.)
CREATE FUNCTION ledger.extend(p_account_id text, p_reservation_ids text[], p_return_by timestamptz) RETURNS SETOF text
LANGUAGE sql AS $$
  UPDATE ledger.reservations r SET return_by = p_return_by
  WHERE r.account_id = p_account_id AND r.reservation_id = ANY (p_reservation_ids) AND r.state = 'open' AND r.return_by < p_return_by
  RETURNING r.reservation_id
$$;

CREATE INDEX operator_actions_of_job ON ledger.operator_actions (account_id, (detail->>'job_id'), action_id) WHERE detail->>'job_id' IS NOT NULL;

-- What operators did to a job, oldest first.
CREATE FUNCTION ledger.read_actions_of_job(p_account_id text, p_job_id text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'actor', a.actor, 'action', a.action, 'reason', a.reason,
                                               'detail', a.detail) ORDER BY a.action_id), '[]')
  FROM ledger.operator_actions a WHERE a.account_id = p_account_id AND a.detail->>'job_id' = p_job_id
$$;

-- Down Migration
