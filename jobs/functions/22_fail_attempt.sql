-- Records how a run failed, and what it cost: whoever asks for this attempt again is told the same. One that was fenced or
-- replaced in the meantime stays so. Answers how it stands.
CREATE OR REPLACE FUNCTION jobs.fail_attempt(p_account_id text, p_reference text, p_error_class text, p_billed text, p_cost text)
RETURNS text LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  UPDATE jobs.attempts a
  SET state = CASE a.state WHEN 'accepted' THEN 'failed' ELSE a.state END, error_class = p_error_class,
      billed = p_billed, cost = p_cost, resolved_at = ledger.clock()
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.state IN ('accepted', 'fenced', 'replaced');
  SELECT a.state FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;
