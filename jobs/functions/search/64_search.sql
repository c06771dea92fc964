-- Accounts by their reference or by how their name begins, whatever its case: of those, the first by name,
-- read in the order of the index, so that no more of them are read than are returned.
CREATE OR REPLACE FUNCTION jobs.search_accounts(p_text text, p_account_id text, p_limit int)
RETURNS TABLE (account_id text, name text) LANGUAGE sql STABLE SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT p.account_id, p.name FROM ledger.account_profiles p
  WHERE p.reference = p_text AND (p_account_id IS NULL OR p.account_id = p_account_id)
  UNION ALL (
    SELECT p.account_id, p.name FROM ledger.account_profiles p
    WHERE lower(p.name) ~>=~ lower(p_text) AND lower(p.name) ~<~ (lower(p_text) || chr(1114111))
      AND (p_account_id IS NULL OR p.account_id = p_account_id) AND p.reference <> p_text
    ORDER BY lower(p.name) USING ~<~ LIMIT p_limit)
$$;

-- What a text is: the id of anything there is, what a provider calls its job, or an account's reference or name. Of one
-- account, or (null) of all. Each way is one look-up by an index. job_id: the job that it is of, where it is of one.
CREATE OR REPLACE FUNCTION jobs.search(p_text text, p_account_id text, p_limit int)
RETURNS TABLE (type text, id text, account_id text, job_id text, label text) LANGUAGE sql STABLE AS $$
  SELECT f.* FROM (
    SELECT 'account', p.account_id, p.account_id, NULL, p.name FROM ledger.account_profiles p
    WHERE p.account_id = p_text
    UNION ALL SELECT 'job', j.job_id, j.account_id, j.job_id, j.kind || ', ' || j.state FROM jobs.jobs j
    WHERE j.job_id = p_text
    UNION ALL SELECT 'output', o.output_id, o.account_id, o.job_id, 'output, ' || o.state FROM jobs.outputs o
    WHERE o.output_id = p_text
    UNION ALL SELECT 'attempt', a.reference, a.account_id, a.job_id, a.provider || ', ' || a.state FROM jobs.attempts a
    WHERE a.reference = p_text
    UNION ALL SELECT 'provider_job', a.provider_job_id, a.account_id, a.job_id, a.provider || ', ' || a.reference
    FROM jobs.attempts a
    WHERE a.run_id = substring(p_text FROM '([^/ ]+)( |$)') AND p_text IN (a.provider_job_id, a.run_id)
    -- A reservation is named after its output.
    UNION ALL SELECT 'reservation', r.reservation_id, r.account_id, r.job_id, r.amount || ' credits, ' || r.state
    FROM jobs.outputs o JOIN ledger.reservations r USING (account_id, reservation_id)
    WHERE o.output_id = regexp_replace(p_text, '^rsv_', 'out_') AND r.reservation_id = p_text
    UNION ALL SELECT 'grant', g.grant_id, g.account_id, NULL, g.source || ', ' || g.amount || ' credits'
    FROM ledger.grants g WHERE g.grant_id = p_text
    -- An entry's id is its account's and its number.
    UNION ALL SELECT 'entry', p_text, e.account_id, r.job_id, e.kind || ', ' || e.amount || ' credits'
    FROM ledger.entries e LEFT JOIN ledger.reservations r USING (account_id, reservation_id)
    WHERE e.account_id = regexp_replace(p_text, '^entry_(\w+)_\d{1,15}$', 'acct_\1')
      AND e.seq = substring(p_text FROM '^entry_\w+_(\d{1,15})$')::bigint
    UNION ALL SELECT 'quote', q.quote_id, q.account_id, NULL, 'quote of ' || (q.price->>'total') || ' credits'
    FROM jobs.quotes q WHERE q.quote_id = p_text
    UNION ALL SELECT 'webhook_endpoint', w.endpoint_id, w.account_id, NULL, split_part(w.url, '/', 3)
    FROM jobs.webhook_endpoints w WHERE w.endpoint_id = p_text AND w.deleted_at IS NULL
    UNION ALL SELECT 'review', v.review_id, v.account_id, v.job_id, 'report: ' || v.category FROM jobs.reviews v
    WHERE v.review_id = p_text
    -- A platform key has no page that shows it, so its label says all.
    UNION ALL SELECT 'key', k.key_id, k.account_id, NULL, concat_ws(', ',
      k.name, 'may ' || array_to_string(k.scopes, ' '), 'made ' || (k.created_at AT TIME ZONE 'UTC')::date,
      'ends ' || (nullif(k.expires_at, 'infinity') AT TIME ZONE 'UTC')::date,
      'revoked ' || (k.revoked_at AT TIME ZONE 'UTC')::date)
    FROM jobs.api_keys k WHERE k.key_id = p_text
    UNION ALL SELECT 'account', s.account_id, s.account_id, NULL, s.name
    FROM jobs.search_accounts(p_text, p_account_id, p_limit) s WHERE s.account_id <> p_text
  ) f (type, id, account_id, job_id, label)
  WHERE p_account_id IS NULL OR f.account_id = p_account_id LIMIT p_limit
$$;
