-- Tells an account of something, the account locked: as an event of the job, where it has that job, else of none.
CREATE OR REPLACE FUNCTION jobs.tell(
  p_account_id text, p_job_id text, p_type text, p_data jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id) THEN
    PERFORM jobs.append_event(p_account_id, p_job_id, p_type, p_data, p_now);
  ELSE
    INSERT INTO jobs.events (account_id, type, data, created_at) VALUES (p_account_id, p_type, p_data, p_now);
  END IF;
END $$;

-- An account's events after a number, oldest first; of one type, or (null) of all.
CREATE OR REPLACE FUNCTION jobs.read_account_events(p_account_id text, p_after bigint, p_type text, p_limit int)
RETURNS TABLE (sequence bigint, job_id text, seq bigint, type text, data jsonb, created_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT e.sequence, e.job_id, e.seq, e.type, e.data, e.created_at FROM jobs.events e
  WHERE e.account_id = p_account_id AND e.sequence > 0 AND e.sequence > p_after AND (p_type IS NULL OR e.type = p_type)
  ORDER BY e.sequence LIMIT p_limit
$$;

-- The same of many accounts, each after a number of its own (null: its last event alone): what watchers poll.
CREATE OR REPLACE FUNCTION jobs.read_news(p_account_ids text[], p_after bigint[], p_limit int) RETURNS TABLE (
  account_id text, sequence bigint, job_id text, seq bigint, type text, data jsonb, created_at timestamptz
) LANGUAGE sql STABLE AS $$
  SELECT w.account_id, e.sequence, e.job_id, e.seq, e.type, e.data, e.created_at
  FROM unnest(p_account_ids, p_after) w (account_id, after)
  CROSS JOIN LATERAL jobs.read_account_events(w.account_id, coalesce(w.after, (
    SELECT l.sequence - 1 FROM jobs.events l WHERE l.account_id = w.account_id AND l.sequence > 0
    ORDER BY l.sequence DESC LIMIT 1), 0), NULL, p_limit) e
$$;

CREATE OR REPLACE FUNCTION jobs.grants_expiring_soon(p_account_id text, p_now timestamptz) RETURNS SETOF ledger.grants
LANGUAGE sql STABLE AS $$
  SELECT g.* FROM ledger.grants g
  WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0 AND g.expires_at > p_now
    AND g.expires_at < 'infinity'
    AND ledger.expiry_notice_at(g) <= p_now
    AND NOT EXISTS (SELECT 1 FROM jobs.expiry_notices n
                    WHERE n.account_id = g.account_id AND n.grant_id = g.grant_id)
$$;

-- Tells one account, by its own clock, of each grant once.
CREATE OR REPLACE FUNCTION jobs.tell_expiring_of(p_account_id text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_now  timestamptz := ledger.lock(p_account_id);
  v_told int;
BEGIN
  WITH told AS (
    INSERT INTO jobs.expiry_notices (account_id, grant_id)
    SELECT g.account_id, g.grant_id FROM jobs.grants_expiring_soon(p_account_id, v_now) g RETURNING grant_id)
  SELECT count(jobs.tell(p_account_id, NULL, 'credits.expiring', jsonb_build_object(
    'grant_id', g.grant_id, 'credits', g.available, 'expires_at', g.expires_at), v_now))
  INTO v_told
  FROM (SELECT g.* FROM told t JOIN ledger.grants g ON g.account_id = p_account_id AND g.grant_id = t.grant_id
        ORDER BY g.expires_at, g.ordinal) g;
  RETURN v_told;
END $$;

-- Tells accounts, at most p_limit of them, of credits that expire in a few days. Accounts that are locked are left to
-- the next call. Returns how many grants were told of.
CREATE OR REPLACE FUNCTION jobs.tell_expiring(p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_account_id text;
  v_told       int := 0;
BEGIN
  FOR v_account_id IN
    SELECT a.account_id FROM ledger.accounts a
    WHERE a.next_expiry_at <= ledger.clock() + interval '3 days' AND a.next_expiry_at < 'infinity'
      AND EXISTS (SELECT 1 FROM jobs.grants_expiring_soon(a.account_id, ledger.clock(a)))
    ORDER BY a.account_id LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    v_told := v_told + jobs.tell_expiring_of(v_account_id);
  END LOOP;
  RETURN v_told;
END $$;

-- Part of jobs.reconcile: an account's events count up by one.
CREATE OR REPLACE FUNCTION jobs.reconcile_events()
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb) LANGUAGE sql STABLE AS $$
  SELECT 'account_events_count_up_without_gaps', e.account_id, e.account_id,
         jsonb_build_object('events', count(*), 'last', max(e.sequence))
  FROM jobs.events e GROUP BY e.account_id HAVING count(*) <> max(e.sequence)
$$;
