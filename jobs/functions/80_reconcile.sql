-- The record held against the ledger: queries that must return no rows.
CREATE OR REPLACE FUNCTION jobs.reconcile() RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'output_agrees_with_reservation', o.account_id, o.output_id,
         jsonb_build_object('output', to_jsonb(o), 'reservation', to_jsonb(r))
  FROM jobs.outputs o
  LEFT JOIN ledger.reservations r USING (account_id, reservation_id) WHERE coalesce(r.state::text, 'none')
        <> CASE WHEN o.state IN ('queued', 'running', 'stuck') THEN 'open'
                WHEN o.state = 'succeeded' THEN 'committed' ELSE 'released' END
  UNION ALL SELECT 'reservation_has_an_output', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r LEFT JOIN jobs.outputs o ON o.account_id = r.account_id AND o.output_id = r.output_id
  WHERE r.output_id LIKE 'out\_%' AND o.output_id IS NULL
  UNION ALL SELECT 'job_adds_up_to_its_outputs', j.account_id, j.job_id, to_jsonb(j) FROM jobs.jobs j
  CROSS JOIN LATERAL (
    SELECT count(*) AS outputs, count(*) FILTER (WHERE o.state = 'succeeded') AS succeeded,
           count(*) FILTER (WHERE o.state = 'failed') AS failed,
           count(*) FILTER (WHERE o.state = 'canceled') AS canceled,
           coalesce(sum(r.amount), 0) AS reserved
    FROM jobs.outputs_of(j.account_id, j.job_id) o
    CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r
  ) s WHERE (j.outputs, j.succeeded, j.failed, j.canceled, j.quoted)
        IS DISTINCT FROM (s.outputs, s.succeeded, s.failed, s.canceled, s.reserved)
    OR (j.finished_at IS NULL) <> (s.succeeded + s.failed + s.canceled < s.outputs)
  UNION ALL
  SELECT 'events_count_up_without_gaps', j.account_id, j.job_id, jsonb_build_object('event_seq', j.event_seq)
  FROM jobs.jobs j WHERE (j.event_seq, j.event_seq) <> (
    SELECT count(*), coalesce(max(e.seq), 0) FROM jobs.events e
    WHERE e.account_id = j.account_id AND e.job_id = j.job_id)
  UNION ALL SELECT 'ended_output_has_no_live_attempt', a.account_id, a.reference, to_jsonb(a)
  FROM jobs.attempts a JOIN jobs.outputs o USING (account_id, output_id)
  WHERE o.state IN ('failed', 'canceled') AND a.state IN ('posting', 'unknown', 'accepted', 'collected')
  UNION ALL SELECT * FROM jobs.reconcile_bills()
  UNION ALL SELECT 'delivered_is_the_final_stage', o.account_id, o.output_id, to_jsonb(o) FROM jobs.outputs o
  WHERE o.state = 'succeeded' AND NOT EXISTS (
    SELECT 1 FROM jobs.attempts_of(o.account_id, o.output_id) a
    WHERE a.is_last_stage AND a.state = 'collected' AND a.sha256 = o.sha256)
  UNION ALL SELECT 'refund_decision_was_paid', d.account_id, d.review_id, to_jsonb(d) FROM jobs.review_decisions d
  WHERE (d.decision = 'refund') <> EXISTS (
    SELECT 1 FROM ledger.refunds f WHERE f.account_id = d.account_id AND f.refund_id = 'refund_' || d.review_id)
    AND d.number = (SELECT l.number FROM jobs.last_decision(d.account_id, d.review_id) l)
  UNION ALL SELECT 'free_retry_was_decided', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r WHERE r.reason = 'free_retry' AND r.output_id LIKE 'out\_%'
    AND NOT EXISTS (
      SELECT 1 FROM jobs.review_decisions d WHERE d.account_id = r.account_id AND d.retry_job_id = r.job_id)
  UNION ALL
  -- A refund of what was retried is right only where the retry itself was reviewed.
  SELECT 'free_retry_or_refund', d.account_id, d.review_id, to_jsonb(f) FROM jobs.review_decisions d
  JOIN jobs.jobs j ON j.account_id = d.account_id AND j.job_id = d.retry_job_id
    AND j.state NOT IN ('failed', 'canceled')
  JOIN jobs.reviews r ON r.account_id = d.account_id AND r.review_id = d.review_id
  CROSS JOIN LATERAL jobs.payment_of(d.account_id, r.output_id) p
  JOIN ledger.refunds f ON f.account_id = d.account_id AND f.reservation_id = p.reservation_id
  WHERE NOT EXISTS (
    SELECT 1 FROM jobs.reviews q
    JOIN jobs.review_decisions e ON e.account_id = q.account_id AND e.retry_job_id = q.job_id
    WHERE q.account_id = d.account_id AND 'refund_' || q.review_id = f.refund_id)
  UNION ALL SELECT 'decision_is_on_record', d.account_id, d.review_id, to_jsonb(d)
  FROM jobs.review_decisions d WHERE NOT EXISTS (
    SELECT 1 FROM ledger.operator_actions a
    WHERE a.account_id = d.account_id AND a.action = 'decide_review' AND a.detail->>'review_id' = d.review_id
      AND a.detail->>'decision' = d.decision)
  UNION ALL SELECT * FROM jobs.reconcile_events()
  LIMIT 1000
$$;
