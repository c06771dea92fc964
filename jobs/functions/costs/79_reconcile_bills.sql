-- What services have billed of attempts, held against the lines of their bills: no rows. Part of jobs.reconcile.
CREATE OR REPLACE FUNCTION jobs.reconcile_bills()
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb) LANGUAGE sql STABLE AS $$
  SELECT 'bill_adds_up_to_its_lines', account_id, reference, jsonb_build_object('bill', a.bill, 'lines', l.cost)
  FROM (SELECT b.account_id, b.reference, b.provider, sum(b.cost) AS cost FROM jobs.bill_lines b GROUP BY 1, 2, 3) l
  FULL JOIN (SELECT n.account_id, n.reference, n.provider, n.bill FROM jobs.attempts n WHERE n.bill IS NOT NULL) a
    USING (account_id, reference, provider) WHERE a.bill IS DISTINCT FROM l.cost
$$;
