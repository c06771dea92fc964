-- All that support wants to know of a job beside what the customer reads; null when the account has no such job.
CREATE OR REPLACE FUNCTION jobs.inspect_job(p_account_id text, p_job_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'now', ledger.clock(), 'model', j.model, 'provider', j.provider,
    'outputs', (
      SELECT jsonb_agg(jsonb_build_object(
        'id', o.output_id, 'state', o.state,
        'reservation', jsonb_build_object(
          'id', r.reservation_id, 'state', r.state, 'amount', r.amount, 'committed', r.committed,
          'released', r.released, 'refunded', r.refunded, 'return_by', r.return_by, 'settled_at', r.settled_at),
        'attempts', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', a.reference, 'stage', a.stage, 'number', a.number, 'state', a.state, 'provider', a.provider,
            'provider_job_id', a.provider_job_id, 'error_class', a.error_class, 'billed', a.billed, 'cost', a.cost,
            'sha256', a.sha256, 'posted_at', a.posted_at, 'resolved_at', a.resolved_at, 'stopping_since', s.since)
            ORDER BY a.posted_at, a.stage, a.number), '[]')
          FROM jobs.attempts_of(o.account_id, o.output_id) a
          LEFT JOIN jobs.attempts_to_stop s USING (account_id, reference)),
        'repair', (
          SELECT jsonb_build_object('why', p.why, 'tries', p.tries, 'first_seen_at', p.first_seen_at,
                                    'last_seen_at', p.last_seen_at)
          FROM jobs.repairs p
          WHERE p.account_id = r.account_id AND p.reservation_id = r.reservation_id AND r.state = 'open'))
        ORDER BY o.item, o.variation)
      FROM jobs.outputs_of(j.account_id, j.job_id) o
      CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r),
    'actions', (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'at', a.created_at, 'actor', a.actor, 'action', a.action, 'reason', a.reason, 'detail', a.detail)
        ORDER BY a.action_id), '[]')
      FROM ledger.operator_actions a WHERE a.account_id = j.account_id AND a.detail->>'job_id' = j.job_id))
  FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;
