-- When an account is told that credits are to expire: three days before, or half of the life of what lives shorter.
CREATE OR REPLACE FUNCTION ledger.expiry_notice_at(p_grant ledger.grants) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT p_grant.expires_at - least(interval '3 days', (p_grant.expires_at - p_grant.effective_at) / 2)
$$;
