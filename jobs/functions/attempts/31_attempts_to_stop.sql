-- Claims attempts that are due to be stopped. Each is due again after 10 s to 10 minutes: the caller may die, the
-- provider may not respond. Materialized: a joined subquery may run again per row, and claim more than p_limit.
CREATE OR REPLACE FUNCTION jobs.claim_attempts_to_stop(p_limit int)
RETURNS TABLE (account_id text, reference text, provider text, model text, provider_job_id text, waiting_seconds float)
LANGUAGE sql AS $$
  WITH due AS MATERIALIZED (
    SELECT d.account_id, d.reference FROM jobs.attempts d WHERE d.stop_due_at <= now()
    ORDER BY d.stop_due_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
  UPDATE jobs.attempts a
  SET stop_tries = a.stop_tries + 1,
      stop_due_at = now() + least(interval '10 minutes', interval '10 seconds' * power(2, least(a.stop_tries, 6)))
  FROM due WHERE a.reference = due.reference AND a.account_id = due.account_id
  RETURNING a.account_id, a.reference, a.provider, a.model, a.provider_job_id,
            extract(epoch FROM now() - a.stopping_since)::float
$$;

-- Takes an attempt off the list: it has stopped, or nothing more can be done.
CREATE OR REPLACE FUNCTION jobs.forget_attempt_to_stop(p_account_id text, p_reference text) RETURNS void
LANGUAGE sql AS $$
  UPDATE jobs.attempts a SET stopping_since = NULL, stop_due_at = NULL
  WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;
