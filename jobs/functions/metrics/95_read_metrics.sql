-- What is so now, for Prometheus, a row per figure. Nothing of the past is counted, and each count ends at p_limit:
-- of more open reservations those that return first are read, so that none that is overdue is left out.
CREATE OR REPLACE FUNCTION jobs.read_metrics(p_limit int)
RETURNS TABLE (metric text, provider text, model text, value float8) LANGUAGE sql STABLE AS $$
  WITH open AS MATERIALIZED (
    SELECT r.amount, r.created_at, r.return_by, ledger.clock() AS now
    FROM ledger.reservations r WHERE r.state = 'open' ORDER BY r.return_by LIMIT p_limit)
  SELECT f.metric, NULL, NULL, f.value
  FROM (SELECT count(*)::float8 AS n, coalesce(sum(o.amount), 0)::float8 AS credits,
               coalesce(extract(epoch FROM max(o.now) - min(o.created_at)), 0)::float8 AS age,
               count(*) FILTER (WHERE o.return_by < o.now - interval '2 minutes')::float8 AS overdue FROM open o) s,
       LATERAL (VALUES ('reservations_open', s.n), ('reserved_credits', s.credits),
                       ('oldest_reservation_age_seconds', s.age), ('reservations_overdue', s.overdue)) f (metric, value)
  UNION ALL
  SELECT 'jobs_stuck', NULL, NULL, count(*)::float8
  FROM (SELECT 1 FROM jobs.jobs j WHERE j.state = 'stuck' LIMIT p_limit) s
  UNION ALL
  SELECT 'attempts_unknown', NULL, NULL, count(*)::float8
  FROM (SELECT 1 FROM jobs.attempts a WHERE a.state = 'unknown' LIMIT p_limit) u
  UNION ALL
  SELECT 'repairs_open', NULL, NULL, count(*)::float8
  FROM (SELECT 1 FROM jobs.may_be_open m CROSS JOIN LATERAL ledger.reservation_of(m.account_id, m.id) r
        WHERE m.kind = 'repair' AND r.state = 'open' LIMIT p_limit) p
  UNION ALL
  SELECT f.metric, NULL, NULL, f.value
  FROM (SELECT count(*)::float8 AS n, (
          SELECT coalesce(extract(epoch FROM max(ledger.clock() - e.due_at)), 0)::float8
          FROM jobs.endpoints_with_due(ledger.clock()) e) AS late
        FROM (SELECT 1 FROM jobs.webhook_deliveries p WHERE p.state = 'pending' LIMIT p_limit) d) w,
       LATERAL (VALUES ('webhooks_pending', w.n), ('webhooks_late_seconds', w.late)) f (metric, value)
  UNION ALL
  SELECT f.metric, m.provider, m.model, f.value
  FROM jobs.read_models(false) m,
       LATERAL (VALUES ('breaker_state', CASE m.breaker WHEN 'closed' THEN 0 WHEN 'half_open' THEN 1 ELSE 2 END),
                       ('attempts_in_flight', m.in_flight), ('attempts_waiting', m.waiting)) f (metric, value)
$$;
