CREATE OR REPLACE FUNCTION jobs.store_quote(
  p_account_id text, p_quote_id text, p_fingerprint text, p_price jsonb, p_lifetime_seconds int
) RETURNS TABLE (expires_at timestamptz, now timestamptz) LANGUAGE sql AS $$
  INSERT INTO jobs.quotes AS q (account_id, quote_id, fingerprint, price, expires_at)
  VALUES (p_account_id, p_quote_id, p_fingerprint, p_price,
          ledger.clock_of(p_account_id) + make_interval(secs => p_lifetime_seconds))
  RETURNING q.expires_at, q.expires_at - make_interval(secs => p_lifetime_seconds)
$$;
