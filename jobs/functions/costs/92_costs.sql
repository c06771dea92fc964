-- Attempts posted in a time, and what each cost us. `pending`: it runs, so nothing is known yet. Of test accounts none.
CREATE OR REPLACE FUNCTION jobs.attempt_costs(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (attempt jobs.attempts, billed text, cost numeric, is_final boolean) LANGUAGE sql STABLE AS $$
  SELECT a, CASE WHEN a.bill > 0 THEN 'yes' WHEN a.bill = 0 OR a.state = 'rejected' THEN 'no'
                 WHEN a.billed IS NULL AND a.state IN ('posting', 'accepted') THEN 'pending'
                 ELSE coalesce(a.billed, 'unknown') END,
         coalesce(a.bill, a.cost), a.bill IS NOT NULL OR a.is_cost_final
  FROM jobs.attempts a JOIN ledger.accounts o ON o.account_id = a.account_id AND o.mode = 'live'
  WHERE a.posted_at >= p_from AND a.posted_at < p_to
$$;

-- What models cost us in a time and brought in, per model and kind. An output counts, with all its credits, in the time
-- of its first attempt.
CREATE OR REPLACE FUNCTION jobs.read_costs(p_from timestamptz, p_to timestamptz) RETURNS TABLE (
  model text, kind text, outputs bigint, attempts numeric, charged numeric, refunded numeric, cost numeric,
  provisional numeric, uncosted numeric, returned_outputs bigint, returned_cost numeric, unknown_attempts numeric,
  unknown_cost numeric
) LANGUAGE sql STABLE AS $$
  SELECT o.work->>'model', o.work->>'kind', count(*) FILTER (WHERE f.is_new), sum(s.attempts),
         sum(r.committed) FILTER (WHERE f.is_new), sum(r.refunded) FILTER (WHERE f.is_new), sum(s.cost),
         sum(s.provisional), sum(s.uncosted), count(*) FILTER (WHERE f.is_returned),
         sum(s.cost) FILTER (WHERE f.is_returned), sum(s.unknown), sum(s.unknown_cost)
  FROM (
    SELECT (c.attempt).account_id, (c.attempt).output_id, count(*) AS attempts,
           sum(c.cost) FILTER (WHERE c.billed = 'yes') AS cost, bool_or(c.billed = 'yes') AS is_paid,
           sum(c.cost) FILTER (WHERE c.billed = 'yes' AND NOT c.is_final) AS provisional,
           count(*) FILTER (WHERE c.billed = 'yes' AND c.cost IS NULL) AS uncosted,
           count(*) FILTER (WHERE c.billed = 'unknown') AS unknown,
           sum(c.cost) FILTER (WHERE c.billed = 'unknown') AS unknown_cost
    FROM jobs.attempt_costs(p_from, p_to) c GROUP BY 1, 2) s
  JOIN jobs.outputs o USING (account_id, output_id)
  CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r
  CROSS JOIN LATERAL (
    SELECT s.is_paid AND (r.state = 'released' OR (r.committed > 0 AND r.refunded = r.committed)) AS is_returned,
           NOT EXISTS (
             SELECT FROM jobs.attempts_of(o.account_id, o.output_id) a WHERE a.posted_at < p_from) AS is_new) f
  GROUP BY 1, 2 ORDER BY 1, 2
$$;

-- A page of attempts whose bill is unknown, oldest first; a position is p_from and p_after.
CREATE OR REPLACE FUNCTION jobs.list_unknown_bills(p_from timestamptz, p_to timestamptz, p_after text, p_limit int)
RETURNS TABLE (bill jsonb, posted_at text, reference text) LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(v), v.posted_at::text, v.reference FROM (
    SELECT o.account_id, o.job_id, o.output_id, o.work->>'model' AS model, o.work->>'kind' AS kind,
           (c.attempt).reference, (c.attempt).provider, (c.attempt).provider_job_id, (c.attempt).posted_at,
           trim_scale(c.cost)::text AS expected_cost
    FROM jobs.attempt_costs(p_from, p_to) c
    JOIN jobs.outputs o ON o.account_id = (c.attempt).account_id AND o.output_id = (c.attempt).output_id
    WHERE c.billed = 'unknown') v
  WHERE p_after IS NULL OR (v.posted_at, v.reference) > (p_from, p_after)
  ORDER BY v.posted_at, v.reference LIMIT p_limit
$$;

-- Imports lines of a bill: {line, id (of the run at the service, or our reference), cost}. All of them, or none where
-- one was imported before with another content. Returns {imported, known, unknown: [id], changed: [line]}.
CREATE OR REPLACE FUNCTION jobs.import_bill(p_provider text, p_lines jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_result jsonb;
BEGIN
  LOCK TABLE jobs.bill_lines IN SHARE ROW EXCLUSIVE MODE;  -- the same bill, imported twice at once
  WITH found AS MATERIALIZED (
    SELECT l.line, l.id, l.cost, a.account_id, a.reference, b.line IS NOT NULL AS is_known,
           b.line IS NOT NULL AND (b.reference, b.cost) IS DISTINCT FROM (a.reference, l.cost) AS is_other
    FROM jsonb_to_recordset(p_lines) AS l (line text, id text, cost jobs.dollars)
    LEFT JOIN LATERAL (SELECT n.account_id, n.reference FROM jobs.attempts n
      WHERE (n.run_id = l.id OR n.reference = l.id) AND n.provider = p_provider LIMIT 1) a ON true
    LEFT JOIN jobs.bill_lines b ON b.provider = p_provider AND b.line = l.line
  ), added AS (
    INSERT INTO jobs.bill_lines (account_id, provider, line, reference, cost)
    SELECT f.account_id, p_provider, f.line, f.reference, f.cost FROM found f
    WHERE f.reference IS NOT NULL AND NOT f.is_known AND NOT EXISTS (SELECT FROM found o WHERE o.is_other)
    RETURNING account_id, reference, cost
  ), billed AS (
    UPDATE jobs.attempts a SET bill = coalesce(a.bill, 0) + s.cost
    FROM (SELECT d.account_id, d.reference, sum(d.cost) AS cost FROM added d GROUP BY 1, 2) s
    WHERE a.account_id = s.account_id AND a.reference = s.reference)
  SELECT jsonb_build_object(
    'imported', (SELECT count(*) FROM added), 'known', count(*) FILTER (WHERE f.is_known AND NOT f.is_other),
    'unknown', coalesce(jsonb_agg(f.id) FILTER (WHERE f.reference IS NULL AND NOT f.is_known), '[]'),
    'changed', coalesce(jsonb_agg(f.line) FILTER (WHERE f.is_other), '[]')) INTO v_result FROM found f;
  RETURN v_result;
END $$;
