-- What moved from an instant to another, by day (UTC) and source, of live accounts. What customers may still use is
-- available or reserved: between the two nothing moves that a report tells of.
CREATE OR REPLACE FUNCTION ledger.sum_days(p_from timestamptz, p_until timestamptz) RETURNS TABLE (
  day date, source text, issued numeric, spent numeric, refunded numeric, expired numeric, voided numeric
) LANGUAGE sql STABLE AS $$
  SELECT (e.created_at AT TIME ZONE 'UTC')::date, g.source::text,
    coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'outside'), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.to_bucket = 'spent'), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'spent'), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.to_bucket = 'expired'), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.to_bucket = 'voided'), 0)
  FROM ledger.entries e JOIN ledger.grants g USING (account_id, grant_id)
  JOIN ledger.accounts a ON a.account_id = e.account_id AND a.mode = 'live'
  WHERE e.created_at >= p_from AND e.created_at < p_until
    AND (e.from_bucket IN ('outside', 'spent') OR e.to_bucket IN ('spent', 'expired', 'voided'))
  GROUP BY 1, 2
$$;

-- Adds what has moved since the last count, half an hour at a time, for about p_seconds. An entry's time is read by a
-- transaction that has its id by then. So once all that had theirs before this one have ended, no entry of before v_now
-- can still appear.
-- counted | behind: there is more | busy: another counts, or a transaction has not ended in p_seconds.
CREATE OR REPLACE FUNCTION ledger.count_report(p_seconds float) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_now   timestamptz := ledger.clock();  -- read before this transaction has its id
  v_stop  timestamptz := clock_timestamp() + make_interval(secs => p_seconds);
  v_from  timestamptz;
  v_until timestamptz;
BEGIN
  ASSERT pg_current_xact_id_if_assigned() IS NULL, 'ledger.count_report is a transaction by itself';
  SELECT p.counted_until INTO v_from FROM ledger.report_position p FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 'busy';
  END IF;
  WHILE pg_snapshot_xmin(pg_current_snapshot()) < pg_current_xact_id() LOOP
    IF clock_timestamp() > v_stop THEN
      RETURN 'busy';
    END IF;
    PERFORM pg_sleep(0.005);
  END LOOP;
  IF v_from = '-infinity' THEN
    SELECT coalesce(min(e.created_at), v_now) INTO v_from FROM ledger.entries e;
  END IF;
  LOOP
    v_until := least(v_now, v_from + interval '30 minutes');
    EXIT WHEN v_until <= v_from;
    INSERT INTO ledger.report_days AS d (day, source, issued, spent, refunded, expired, voided)
    SELECT s.* FROM ledger.sum_days(v_from, v_until) s
    ON CONFLICT (day, source) DO UPDATE
    SET issued = d.issued + excluded.issued, spent = d.spent + excluded.spent,
        refunded = d.refunded + excluded.refunded, expired = d.expired + excluded.expired,
        voided = d.voided + excluded.voided;
    v_from := v_until;
    EXIT WHEN clock_timestamp() > v_stop;
  END LOOP;
  UPDATE ledger.report_position SET counted_until = v_from;
  RETURN CASE WHEN v_from < v_now THEN 'behind' ELSE 'counted' END;
END $$;

-- The days (UTC) from an instant to another: what was outstanding when they began, what moved by day and source, and
-- until when the journal is counted (null: it is not yet). Seven rows a day at most are read, however long the journal
-- is.
CREATE OR REPLACE FUNCTION ledger.read_report(p_from timestamptz, p_until timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'counted_until', (SELECT nullif(p.counted_until, '-infinity') FROM ledger.report_position p),
    'opening', (
      SELECT coalesce(jsonb_object_agg(o.source, o.outstanding), '{}') FROM (
        SELECT d.source, sum(d.issued - d.spent + d.refunded - d.expired - d.voided) AS outstanding
        FROM ledger.report_days d WHERE d.day < p_from GROUP BY 1) o),
    'days', (
      SELECT coalesce(jsonb_agg(d ORDER BY d.day), '[]')
      FROM ledger.report_days d WHERE d.day >= p_from AND d.day < p_until))
$$;

-- The report held against the whole journal: no rows. Part of ledger.reconcile.
CREATE OR REPLACE FUNCTION ledger.reconcile_report()
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb) LANGUAGE sql STABLE AS $$
  SELECT 'report_is_what_the_journal_says', NULL, concat_ws(' ', day, source),
         jsonb_build_object('report', to_jsonb(d), 'journal', to_jsonb(j))
  FROM ledger.report_days d FULL JOIN (
    SELECT s.* FROM ledger.report_position p, ledger.sum_days('-infinity', p.counted_until) s) j USING (day, source)
  WHERE (d.issued, d.spent, d.refunded, d.expired, d.voided)
        IS DISTINCT FROM (j.issued, j.spent, j.refunded, j.expired, j.voided)
$$;
