-- What runs at a provider: the attempt rows, and no lease beside them.
CREATE OR REPLACE FUNCTION jobs.in_flight(p_provider text) RETURNS TABLE (account_id text, attempts bigint)
LANGUAGE sql STABLE AS $$
  SELECT a.account_id, count(*) FROM jobs.attempts a
  WHERE a.provider = p_provider AND a.state IN ('posting', 'unknown', 'accepted') GROUP BY a.account_id
$$;

-- How many attempts may leave for a provider now, by what runs there and was posted lately; null: it has no limits.
CREATE OR REPLACE FUNCTION jobs.free_turns(p_provider text, p_max_in_flight int, p_per_second double precision)
RETURNS int LANGUAGE sql STABLE AS $$
  SELECT least(p_max_in_flight - (SELECT coalesce(sum(f.attempts), 0) FROM jobs.in_flight(p_provider) f),
               CASE WHEN p_per_second > 0 THEN floor(greatest(p_per_second, 1)) - (
                 SELECT count(*) FROM (SELECT ledger.clock() AS now) c
                 JOIN jobs.attempts a ON a.provider = p_provider
                   AND a.posted_at BETWEEN c.now - make_interval(secs => greatest(1, 1 / p_per_second)) AND c.now)
               END)::int
  WHERE p_max_in_flight IS NOT NULL OR p_per_second IS NOT NULL
$$;

-- The fewest turns that an account in line at a provider has had.
CREATE OR REPLACE FUNCTION jobs.fewest_turns(p_provider text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(min(t.turns), 0) FROM jobs.turns t WHERE t.provider = p_provider AND EXISTS (
    SELECT 1 FROM jobs.waiting w
    WHERE w.provider = p_provider AND w.account_id = t.account_id AND w.awake_until > ledger.clock())
$$;

-- Puts attempts at a model in line at its provider, and returns of each what it waits for (model: its breaker; turn;
-- null: nothing), how many go before it, for how long it has waited, and for how long it may be away before it asks
-- again: the first 256 stay, the others as long as those before them take at a hundred a second. Single jobs go first,
-- then whose account has less running or ahead, then whose account had fewer turns, then age. The line is ranked once
-- for all that ask. One that asks no more keeps its place for 5 to 10 s, and one that is away until it should be
-- back, and 10 s more: no other leaves on its turn. While a breaker waits for its probe, the first of its model goes.
CREATE OR REPLACE FUNCTION jobs.queue_attempts(
  p_provider text, p_model text, p_max_in_flight int, p_per_second double precision, p_account_ids text[],
  p_job_ids text[], p_references text[]
) RETURNS TABLE (reference text, waits_for text, ahead int, waited_seconds float, away_seconds float)
LANGUAGE plpgsql AS $$
DECLARE
  v_now  timestamptz := ledger.clock();
  v_free int         := jobs.free_turns(p_provider, p_max_in_flight, p_per_second);
  v_is_half_open boolean := EXISTS (
    SELECT 1 FROM jobs.breakers b WHERE b.provider = p_provider AND b.model = p_model AND b.opened_at IS NOT NULL);
BEGIN
  -- What an account did not use while it had nothing in line it has not saved.
  INSERT INTO jobs.turns AS t (provider, account_id, turns, taken_at)
  SELECT DISTINCT p_provider, a.account_id, jobs.fewest_turns(p_provider), v_now
  FROM unnest(p_account_ids) a (account_id)
  WHERE NOT EXISTS (SELECT 1 FROM jobs.waiting w WHERE w.provider = p_provider AND w.account_id = a.account_id)
  ORDER BY a.account_id
  ON CONFLICT ON CONSTRAINT turns_pkey DO UPDATE SET turns = greatest(t.turns, excluded.turns);
  INSERT INTO jobs.waiting AS w (account_id, reference, provider, model, is_batch, since, awake_until)
  SELECT a.account_id, a.reference, p_provider, p_model, j.outputs > 1, v_now, v_now + interval '10 seconds'
  FROM unnest(p_account_ids, p_job_ids, p_references) a (account_id, job_id, reference)
  JOIN jobs.jobs j ON j.account_id = a.account_id AND j.job_id = a.job_id
  WHERE NOT EXISTS (SELECT 1 FROM jobs.waiting w WHERE w.reference = a.reference AND w.account_id = a.account_id
                      AND w.awake_until > v_now + interval '5 seconds')
  ORDER BY a.reference
  ON CONFLICT ON CONSTRAINT waiting_pkey DO UPDATE SET awake_until = excluded.awake_until;
  RETURN QUERY WITH line AS MATERIALIZED (
    SELECT s.account_id, s.reference, s.since, row_number() OVER turns - 1 AS ahead,
           count(*) FILTER (WHERE s.model = p_model) OVER turns = 1 AS is_first
    FROM (
      SELECT w.*, t.turns, coalesce(f.attempts, 0)
                  + row_number() OVER (PARTITION BY w.account_id ORDER BY w.is_batch, w.since, w.reference) AS share
      FROM jobs.waiting w LEFT JOIN jobs.in_flight(p_provider) f USING (account_id)
      LEFT JOIN jobs.turns t ON t.provider = p_provider AND t.account_id = w.account_id
      LEFT JOIN jobs.breakers b ON b.provider = p_provider AND b.model = w.model AND b.opened_at IS NOT NULL
                               AND b.probe_at > v_now
      WHERE w.provider = p_provider AND w.awake_until > v_now AND (w.model = p_model OR b.model IS NULL)) s
    WINDOW turns AS (ORDER BY s.is_batch, s.share, s.turns NULLS FIRST, s.since, s.reference)
  ), asked AS MATERIALIZED (
    SELECT l.*, CASE WHEN l.ahead < 256 THEN 0 ELSE least(l.ahead / 100.0, 15) END AS away
    FROM line l JOIN unnest(p_account_ids, p_references) a (account_id, reference) USING (account_id, reference)
  ), kept AS (
    UPDATE jobs.waiting w SET awake_until = v_now + make_interval(secs => 10 + a.away) FROM asked a
    WHERE a.away > 0 AND w.reference = a.reference AND w.account_id = a.account_id)
  SELECT a.reference, CASE WHEN jobs.is_open(p_provider, p_model) OR v_is_half_open AND NOT a.is_first THEN 'model'
                           WHEN a.ahead >= v_free THEN 'turn' END,
         a.ahead::int, extract(epoch FROM v_now - a.since)::float, a.away::float FROM asked a;
END $$;

-- Takes the turn of an attempt whose row is about to be made: returns what it has to wait for instead. Those that leave
-- for a provider with a limit do so one after the other, and the probe of a breaker is one of all.
CREATE OR REPLACE FUNCTION jobs.take_turn(
  p_account_id text, p_reference text, p_provider text, p_model text, p_max_in_flight int,
  p_per_second double precision
) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF p_max_in_flight IS NULL AND p_per_second IS NULL AND NOT EXISTS (
    SELECT 1 FROM jobs.breakers b WHERE b.provider = p_provider AND b.model = p_model AND b.opened_at IS NOT NULL) THEN
    -- It may have been in line while the breaker was open.
    DELETE FROM jobs.waiting w WHERE w.reference = p_reference AND w.account_id = p_account_id;
    RETURN NULL;
  END IF;
  IF p_max_in_flight IS NOT NULL OR p_per_second IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('turns at ' || p_provider, 0));
    IF jobs.free_turns(p_provider, p_max_in_flight, p_per_second) < 1 THEN
      RETURN 'turn';
    END IF;
  END IF;
  UPDATE jobs.breakers b SET probe = p_reference, probe_at = ledger.clock() + (jobs.breaker_rules()).probe
  WHERE b.provider = p_provider AND b.model = p_model AND b.opened_at IS NOT NULL AND b.probe_at <= ledger.clock();
  IF NOT FOUND AND jobs.is_open(p_provider, p_model) THEN
    RETURN 'model';
  END IF;
  INSERT INTO jobs.turns AS t (provider, account_id, turns, taken_at)
  VALUES (p_provider, p_account_id, jobs.fewest_turns(p_provider) + 1, ledger.clock())
  ON CONFLICT (provider, account_id) DO UPDATE SET turns = t.turns + 1, taken_at = excluded.taken_at;
  DELETE FROM jobs.turns t WHERE t.provider = p_provider AND t.taken_at < ledger.clock() - interval '1 hour';
  -- Those that were ended in line are forgotten by those that leave it.
  DELETE FROM jobs.waiting w WHERE w.reference = p_reference AND w.account_id = p_account_id;
  DELETE FROM jobs.waiting w WHERE w.provider = p_provider AND w.awake_until < now() - interval '1 hour';
  RETURN NULL;
END $$;
