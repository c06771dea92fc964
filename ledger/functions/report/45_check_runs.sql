-- The last run of a check takes the place of the one before. detail: what it found, bounded by its caller.
CREATE OR REPLACE FUNCTION ledger.record_check(p_name text, p_findings int, p_detail jsonb) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO ledger.check_runs (name, ran_at, findings, detail)
  VALUES (p_name, ledger.clock(), p_findings, p_detail)
  ON CONFLICT (name) DO UPDATE
  SET ran_at = excluded.ran_at, findings = excluded.findings, detail = excluded.detail
$$;

CREATE OR REPLACE FUNCTION ledger.read_checks()
RETURNS TABLE (name text, ran_at timestamptz, findings int, detail jsonb) LANGUAGE sql STABLE AS $$
  SELECT c.name, c.ran_at, c.findings, c.detail FROM ledger.check_runs c
$$;
