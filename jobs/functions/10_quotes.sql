CREATE OR REPLACE FUNCTION jobs.store_quote(p_account_id text, p_quote_id text, p_fingerprint text, p_price jsonb, p_lifetime_seconds int)
RETURNS TABLE (expires_at timestamptz, now timestamptz)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  WITH clock AS MATERIALIZED (SELECT ledger.clock() AS now)
  , stored AS (
    INSERT INTO jobs.quotes (account_id, quote_id, fingerprint, price, expires_at)
    SELECT p_account_id, p_quote_id, p_fingerprint, p_price, c.now + make_interval(secs => p_lifetime_seconds) FROM clock c
    RETURNING expires_at
  )
  SELECT s.expires_at, c.now FROM stored s, clock c
$$;

CREATE OR REPLACE FUNCTION jobs.quote_exists(p_account_id text, p_quote_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  SELECT EXISTS (SELECT 1 FROM jobs.quotes q WHERE q.account_id = p_account_id AND q.quote_id = p_quote_id)
$$;
