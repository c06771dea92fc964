CREATE OR REPLACE FUNCTION jobs.store_quote(
  p_account_id text, p_quote_id text, p_fingerprint text, p_price jsonb, p_lifetime_seconds int
) RETURNS TABLE (expires_at timestamptz, now timestamptz) LANGUAGE plpgsql AS $$
BEGIN
  now := ledger.clock();
  expires_at := now + make_interval(secs => p_lifetime_seconds);
  INSERT INTO jobs.quotes (account_id, quote_id, fingerprint, price, expires_at)
  VALUES (p_account_id, p_quote_id, p_fingerprint, p_price, store_quote.expires_at);
  RETURN NEXT;
END $$;
