-- Records how a run failed, and what it cost. A fenced or replaced attempt stays so. Returns its state. p_run: the id
-- of a run that was the answer to its post, which is recorded as accepted first.
CREATE OR REPLACE FUNCTION jobs.fail_attempt(
  p_account_id text, p_reference text, p_error_class text, p_billed text, p_cost numeric,
  p_is_final boolean DEFAULT false, p_run text DEFAULT NULL
) RETURNS text LANGUAGE sql AS $$
  SELECT jobs.move_attempt(p_account_id, p_reference, '{posting,unknown}', 'accepted', p_run, NULL)
  WHERE p_run IS NOT NULL;
  UPDATE jobs.attempts a
  SET state = CASE a.state WHEN 'accepted' THEN 'failed' ELSE a.state END, error_class = p_error_class,
      billed = p_billed, cost = coalesce(p_cost, a.cost), is_cost_final = p_is_final, resolved_at = ledger.clock()
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.state IN ('accepted', 'fenced', 'replaced');
  SELECT a.state FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;

-- Records that an attempt's result is in the asset store. A fenced one stays so. Returns its state.
CREATE OR REPLACE FUNCTION jobs.record_asset(
  p_account_id text, p_reference text, p_sha256 text, p_content_type text, p_bytes bigint, p_billed text,
  p_cost numeric, p_is_final boolean DEFAULT false, p_has_c2pa boolean DEFAULT NULL, p_run text DEFAULT NULL
) RETURNS text LANGUAGE sql AS $$
  SELECT jobs.move_attempt(p_account_id, p_reference, '{posting,unknown}', 'accepted', p_run, NULL)
  WHERE p_run IS NOT NULL;
  UPDATE jobs.attempts a
  SET state = CASE a.state WHEN 'accepted' THEN 'collected' ELSE a.state END, sha256 = p_sha256, bytes = p_bytes,
      content_type = p_content_type, billed = p_billed, cost = coalesce(p_cost, a.cost), is_cost_final = p_is_final,
      has_c2pa = p_has_c2pa, resolved_at = ledger.clock()
  WHERE a.account_id = p_account_id AND a.reference = p_reference AND a.sha256 IS NULL;
  SELECT a.state FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = p_reference
$$;
