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

-- Puts an attempt in line, and returns what it waits for (model: its breaker; turn; null: nothing), how many go before
-- it, for how long it has waited, and for how long it may be away before it asks again: the first 32 stay, the others
-- as long as those before them take at a hundred a second. Single jobs go first, then whose account has less running or
-- ahead, then whose account had no turn for longer, then age. One that is away keeps its place until it should be back,
-- and 5 s more: no other leaves on its turn.
CREATE OR REPLACE FUNCTION jobs.queue_attempt(
  p_account_id text, p_job_id text, p_reference text, p_provider text, p_model text, p_max_in_flight int,
  p_per_second double precision
) RETURNS TABLE (waits_for text, ahead int, waited_seconds float, away_seconds float) LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := ledger.clock();
BEGIN
  INSERT INTO jobs.waiting AS w (account_id, reference, provider, model, is_batch, since, awake_until)
  SELECT p_account_id, p_reference, p_provider, p_model, j.outputs > 1, v_now, v_now + interval '5 seconds'
  FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id
  ON CONFLICT (reference, account_id) DO UPDATE SET awake_until = excluded.awake_until;
  SELECT CASE WHEN jobs.is_open(p_provider, p_model) THEN 'model'
              WHEN line.ahead >= jobs.free_turns(p_provider, p_max_in_flight, p_per_second) THEN 'turn' END,
         line.ahead, extract(epoch FROM v_now - line.since),
         CASE WHEN line.ahead < 32 THEN 0 ELSE least(greatest(1, line.ahead / 100.0), 15) END
  INTO waits_for, ahead, waited_seconds, away_seconds
  FROM (
    SELECT s.*, row_number() OVER (
             ORDER BY s.is_batch, s.share, s.taken_at NULLS FIRST, s.since, s.reference) - 1 AS ahead FROM (
      SELECT w.*, t.taken_at, coalesce(f.attempts, 0)
                  + row_number() OVER (PARTITION BY w.account_id ORDER BY w.is_batch, w.since, w.reference) AS share
      FROM jobs.waiting w LEFT JOIN jobs.in_flight(p_provider) f USING (account_id)
      LEFT JOIN jobs.turns t ON t.provider = p_provider AND t.account_id = w.account_id
      WHERE w.provider = p_provider AND w.awake_until > v_now
        AND (w.model = p_model OR NOT jobs.is_open(p_provider, w.model))) s) line
  WHERE line.account_id = p_account_id AND line.reference = p_reference;
  UPDATE jobs.waiting w SET awake_until = w.awake_until + make_interval(secs => away_seconds)
  WHERE away_seconds > 0 AND w.reference = p_reference AND w.account_id = p_account_id;
  RETURN NEXT;
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
  INSERT INTO jobs.turns AS t (provider, account_id, taken_at) VALUES (p_provider, p_account_id, ledger.clock())
  ON CONFLICT (provider, account_id) DO UPDATE SET taken_at = excluded.taken_at;
  DELETE FROM jobs.turns t WHERE t.provider = p_provider AND t.taken_at < ledger.clock() - interval '1 hour';
  -- Those that were ended in line are forgotten by those that leave it.
  DELETE FROM jobs.waiting w WHERE w.reference = p_reference AND w.account_id = p_account_id;
  DELETE FROM jobs.waiting w WHERE w.provider = p_provider AND w.awake_until < now() - interval '1 hour';
  RETURN NULL;
END $$;
