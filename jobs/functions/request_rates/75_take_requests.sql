-- Takes requests from the limits of keys and accounts: those that arrived together in one process, exact over all
-- processes. Subject n (each once) allows p_per_second[n], and p_burst[n] at once after a pause. Request n is of the
-- subjects p_first[n] and p_second[n] (null: none), which must both allow it. Returns whether each was granted, and the
-- seconds until each subject has all of its burst again. What is refused writes nothing.
CREATE OR REPLACE FUNCTION jobs.take_requests(
  p_subjects text[], p_per_second float8[], p_burst int[], p_first int[], p_second int[]
) RETURNS TABLE (granted boolean[], seconds_to_whole float8[]) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c_rounding CONSTANT float8 := 0.001;  -- of a request: instants are kept in microseconds
  v_now     timestamptz;
  v_debts   float8[];  -- requests that were taken of each, and have not come back
  v_before  float8[];
  v_granted boolean[] := '{}';
BEGIN
  -- Not the rows: a lock of a row is written to it.
  PERFORM pg_advisory_xact_lock(o.hash) FROM (
    SELECT DISTINCT hashtextextended(s, 0) AS hash FROM unnest(p_subjects) s ORDER BY 1) o;
  v_now := clock_timestamp();
  v_before := ARRAY(
    SELECT coalesce(greatest(extract(epoch FROM r.whole_at - v_now), 0) * p_per_second[s.n], 0)::float8
    FROM unnest(p_subjects) WITH ORDINALITY s(subject, n)
    LEFT JOIN jobs.request_rates r ON r.subject = s.subject ORDER BY s.n);
  v_debts := v_before;
  FOR n IN 1 .. cardinality(p_first) LOOP
    v_granted[n] := least(p_burst[p_first[n]] - v_debts[p_first[n]],
                          p_burst[p_second[n]] - v_debts[p_second[n]]) + c_rounding >= 1;
    CONTINUE WHEN NOT v_granted[n];
    v_debts[p_first[n]] := v_debts[p_first[n]] + 1;
    IF p_second[n] IS NOT NULL THEN
      v_debts[p_second[n]] := v_debts[p_second[n]] + 1;
    END IF;
  END LOOP;
  INSERT INTO jobs.request_rates (subject, whole_at)
  SELECT s.subject, v_now + make_interval(secs => v_debts[s.n] / p_per_second[s.n])
  FROM unnest(p_subjects) WITH ORDINALITY s(subject, n) WHERE v_debts[s.n] > v_before[s.n]
  ON CONFLICT (subject) DO UPDATE SET whole_at = EXCLUDED.whole_at;
  RETURN QUERY SELECT v_granted, ARRAY(
    SELECT d.debt / p_per_second[d.n] FROM unnest(v_debts) WITH ORDINALITY d(debt, n) ORDER BY d.n);
END $$;
