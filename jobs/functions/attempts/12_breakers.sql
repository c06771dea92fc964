-- The circuit breaker of a model, shared by all workers: failures in a row open it, and after a pause one attempt is
-- its probe. A probe without a result for too long is taken over by another attempt.
CREATE OR REPLACE FUNCTION jobs.breaker_rules(OUT failures int, OUT pause interval, OUT probe interval)
LANGUAGE sql IMMUTABLE AS $$ SELECT 5, interval '5 seconds', interval '1 minute' $$;

-- Whether the breaker of a model is open.
CREATE OR REPLACE FUNCTION jobs.is_open(p_provider text, p_model text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM jobs.breakers b WHERE b.provider = p_provider AND b.model = p_model
                   AND b.opened_at IS NOT NULL AND b.probe_at > ledger.clock())
$$;

-- Records a failure of a model's service. While its breaker is open only the probe counts. p_reference: null where the
-- service could not be reached. Returns whether the breaker is open now.
CREATE OR REPLACE FUNCTION jobs.note_fault(p_provider text, p_model text, p_step text, p_reference text)
RETURNS boolean LANGUAGE sql AS $$
  INSERT INTO jobs.breakers AS b (provider, model, failures, step) VALUES (p_provider, p_model, 1, p_step)
  ON CONFLICT (provider, model) DO UPDATE
  SET failures = b.failures + 1, step = p_step, probe = NULL, probe_at = ledger.clock() + (jobs.breaker_rules()).pause,
      opened_at = coalesce(b.opened_at, CASE WHEN b.failures + 1 >= (jobs.breaker_rules()).failures
                                             THEN ledger.clock() END)
  WHERE b.opened_at IS NULL OR b.probe IS NULL OR b.probe = p_reference;
  SELECT jobs.is_open(p_provider, p_model)
$$;

-- Attempts tell how models do, submissions and runs apart. A model that refuses the work itself, or plays a test
-- scenario, works. An attempt whose submitter died says nothing of the service.
CREATE OR REPLACE FUNCTION jobs.note_health() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v_step text := CASE OLD.state WHEN 'posting' THEN 'submit' ELSE 'run' END;
BEGIN
  IF NEW.state = 'unknown' OR NEW.state IN ('rejected', 'failed') AND NEW.error_class IN (
    'resubmit', 'retry_same_job', 'unavailable', 'interrupted', 'provider_failed', 'zero_outputs', 'bad_content') THEN
    PERFORM jobs.note_fault(NEW.provider, NEW.model, v_step, NEW.reference) FROM jobs.outputs o
    WHERE o.account_id = NEW.account_id AND o.output_id = NEW.output_id AND NOT o.work ? 'test_scenario';
  ELSE
    UPDATE jobs.breakers b SET failures = 0, opened_at = NULL, probe = NULL
    WHERE b.provider = NEW.provider AND b.model = NEW.model AND b.failures > 0 AND b.step = v_step
      AND (b.opened_at IS NULL OR b.probe = NEW.reference);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER health_is_noted AFTER UPDATE OF state ON jobs.attempts FOR EACH ROW
  WHEN (OLD.state IN ('posting', 'accepted') AND OLD.state <> NEW.state AND NEW.state NOT IN ('fenced', 'replaced')
        AND (NEW.state <> 'unknown' OR NEW.closed_at IS NOT NULL OR NEW.error_class IS NOT NULL))
  EXECUTE FUNCTION jobs.note_health();

-- Models that have failed, are run or are waited for. p_only_failing: those whose breaker is not closed.
CREATE OR REPLACE FUNCTION jobs.read_models(p_only_failing boolean) RETURNS TABLE (
  provider text, model text, breaker text, opened_at timestamptz, failures int, in_flight int, waiting int
) LANGUAGE sql STABLE AS $$
  SELECT m.provider, m.model, CASE WHEN b.opened_at IS NULL THEN 'closed'
                                   WHEN b.probe IS NULL AND b.probe_at > ledger.clock() THEN 'open'
                                   ELSE 'half_open' END,
         b.opened_at, coalesce(b.failures, 0), sum(m.in_flight)::int, sum(m.waiting)::int
  FROM (SELECT b.provider, b.model, 0 AS in_flight, 0 AS waiting FROM jobs.breakers b
        UNION ALL SELECT a.provider, a.model, 1, 0 FROM jobs.attempts a
        WHERE a.state IN ('posting', 'unknown', 'accepted') AND NOT p_only_failing
        UNION ALL SELECT w.provider, w.model, 0, 1 FROM jobs.waiting w
        WHERE w.awake_until > ledger.clock() AND NOT p_only_failing) m
  LEFT JOIN jobs.breakers b USING (provider, model) WHERE NOT p_only_failing OR b.opened_at IS NOT NULL
  GROUP BY m.provider, m.model, b.opened_at, b.probe, b.probe_at, b.failures
$$;
