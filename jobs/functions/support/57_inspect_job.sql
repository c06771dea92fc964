-- What support reads of a job beside what the customer reads; null: the account has no such job.
CREATE OR REPLACE FUNCTION jobs.inspect_job(p_account_id text, p_job_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'now', ledger.clock_of(p_account_id), 'model', j.model, 'provider', j.provider,
    'retry_of', (
      SELECT d.review_id FROM jobs.review_decisions d
      WHERE d.account_id = j.account_id AND d.retry_job_id = j.job_id LIMIT 1),
    'outputs', (
      SELECT jsonb_agg(jsonb_build_object(
        'id', o.output_id, 'state', o.state, 'work', o.work,
        'reservation', (
          SELECT to_jsonb(v) FROM (
            SELECT r.reservation_id AS id, r.state, r.amount, r.committed, r.released, r.refunded, r.return_by,
                   r.settled_at) v),
        'attempts', (
          SELECT coalesce(jsonb_agg(v), '[]') FROM (
            SELECT a.reference, a.stage, a.number, a.state, a.provider, a.model, a.provider_job_id, a.error_class,
                   CASE WHEN a.bill > 0 THEN 'yes' WHEN a.bill = 0 THEN 'no' ELSE a.billed END AS billed,
                   trim_scale(coalesce(a.bill, a.cost))::text AS cost, a.sha256, a.posted_at, a.resolved_at,
                   a.stopping_since
            FROM jobs.attempts_of(o.account_id, o.output_id) a ORDER BY a.posted_at, a.stage, a.number) v),
        'repair', (
          SELECT to_jsonb(p) - ARRAY['account_id', 'reservation_id'] FROM jobs.repairs p
          WHERE p.account_id = r.account_id AND p.reservation_id = r.reservation_id AND r.state = 'open'))
        ORDER BY o.item, o.variation)
      FROM jobs.outputs_of(j.account_id, j.job_id) o
      CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r),
    'actions', (
      SELECT coalesce(jsonb_agg(v), '[]') FROM (
        SELECT a.created_at AS at, a.actor, a.action, a.reason, a.detail FROM ledger.operator_actions a
        WHERE a.account_id = j.account_id AND a.detail->>'job_id' = j.job_id ORDER BY a.action_id) v))
  FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;
