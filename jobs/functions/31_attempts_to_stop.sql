-- Takes attempts whose turn it is to be stopped, each with a pause that grows from 10 s to 10 minutes until its next turn: a
-- caller that dies, or whose provider does not respond, leaves them to a later one.
CREATE OR REPLACE FUNCTION jobs.claim_attempts_to_stop(p_limit int)
RETURNS TABLE (account_id text, reference text, provider text, provider_job_id text, waiting_seconds double precision)
LANGUAGE sql AS $$
  WITH due AS (
    SELECT s.account_id, s.reference FROM jobs.attempts_to_stop s WHERE s.due_at <= now()
    ORDER BY s.due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE jobs.attempts_to_stop s
    SET tries = s.tries + 1,
        due_at = now() + least(interval '10 minutes', interval '10 seconds' * power(2, least(s.tries, 6)))
    FROM due d WHERE s.account_id = d.account_id AND s.reference = d.reference
    RETURNING s.*
  )
  SELECT c.account_id, c.reference, a.provider, a.provider_job_id, extract(epoch FROM now() - c.since)::double precision
  FROM claimed c JOIN jobs.attempts a ON a.account_id = c.account_id AND a.reference = c.reference
$$;

-- Nothing of it runs any more, or nothing more can be done about it.
CREATE OR REPLACE FUNCTION jobs.forget_attempt_to_stop(p_account_id text, p_reference text) RETURNS void
LANGUAGE sql AS $$
  DELETE FROM jobs.attempts_to_stop s WHERE s.account_id = p_account_id AND s.reference = p_reference
$$;
