-- Up Migration
-- What serves a customer takes the account first and sees nothing beyond it.

-- One job with its outputs and its money, as the API shows it (links and content URLs are the API's); null when the
-- account has no such job.
CREATE FUNCTION jobs.read_job(p_account_id text, p_job_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'id', j.job_id, 'kind', j.kind, 'state', j.state, 'created_at', j.created_at, 'expected_by', j.expected_by,
    'returned_automatically_by', j.return_by, 'finished_at', j.finished_at, 'progress', j.progress, 'failure', j.failure,
    'event_seq', j.event_seq, 'metadata', j.metadata,
    'billing', (
      SELECT jsonb_build_object('price_list', j.price_list, 'quoted', j.quoted,
        'reserved', coalesce(sum(r.amount) FILTER (WHERE r.state = 'open'), 0),
        'committed', coalesce(sum(r.committed), 0), 'returned', coalesce(sum(r.released), 0),
        'refunded', coalesce(sum(r.refunded), 0),
        'entry_seqs', coalesce((
          SELECT jsonb_agg(e.seq ORDER BY e.seq)
          FROM unnest(array_agg(r.reservation_id)) i, LATERAL ledger.entries_of_reservation(j.account_id, i) e (seq)), '[]'))
      FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
      WHERE o.account_id = j.account_id AND o.job_id = j.job_id),
    'outputs', (
      SELECT jsonb_agg(jsonb_build_object('id', o.output_id, 'item', o.item, 'variation', o.variation, 'state', o.state,
        'credits', o.credits, 'reservation_id', o.reservation_id, 'failure', o.failure, 'content_type', o.content_type,
        'bytes', o.bytes, 'sha256', o.sha256, 'attempts', o.attempts) ORDER BY o.item, o.variation)
      FROM jobs.outputs o WHERE o.account_id = j.account_id AND o.job_id = j.job_id))
  FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;

-- What a job reserved: one reservation per output.
CREATE FUNCTION jobs.read_reservation_ids(p_account_id text, p_job_id text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.reservation_id FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.job_id = p_job_id
$$;

-- One output: what may be read of it. sha256 is null until it is charged.
CREATE FUNCTION jobs.read_output(p_account_id text, p_output_id text)
RETURNS TABLE (output_id text, job_id text, state text, sha256 text, content_type text, bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.output_id, o.job_id, o.state, o.sha256, o.content_type, o.bytes
  FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id
$$;

-- Events after a number, oldest first.
CREATE FUNCTION jobs.read_events(p_account_id text, p_job_id text, p_after bigint, p_limit int)
RETURNS TABLE (seq bigint, type text, data jsonb, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.seq, e.type, e.data, e.created_at FROM jobs.events e
  WHERE e.account_id = p_account_id AND e.job_id = p_job_id AND e.seq > p_after ORDER BY e.seq LIMIT p_limit
$$;

-- How far many jobs have come, in one round trip: what watchers poll. Unknown jobs are missing from the answer.
CREATE FUNCTION jobs.read_event_seqs(p_account_ids text[], p_job_ids text[])
RETURNS TABLE (account_id text, job_id text, event_seq bigint, is_finished boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT j.account_id, j.job_id, j.event_seq, j.finished_at IS NOT NULL
  FROM unnest(p_account_ids, p_job_ids) w (account_id, job_id)
  JOIN jobs.jobs j ON j.account_id = w.account_id AND j.job_id = w.job_id
$$;

-- A key by its public id: its secret's hash is compared by the caller, in constant time.
CREATE FUNCTION jobs.read_api_key(p_key_id text)
RETURNS TABLE (key_id text, account_id text, secret_hash bytea, scopes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.key_id, k.account_id, k.secret_hash, k.scopes FROM jobs.api_keys k WHERE k.key_id = p_key_id AND k.revoked_at IS NULL
$$;

CREATE FUNCTION jobs.create_api_key(p_key_id text, p_account_id text, p_name text, p_secret_hash bytea, p_scopes text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO jobs.api_keys (key_id, account_id, name, secret_hash, scopes, created_at)
  VALUES (p_key_id, p_account_id, p_name, p_secret_hash, p_scopes, ledger.clock())
$$;

-- The record held against the ledger: queries that must return no rows.
CREATE FUNCTION jobs.reconcile()
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'output_agrees_with_reservation', o.account_id, o.output_id, jsonb_build_object('output', to_jsonb(o), 'reservation', to_jsonb(r))
  FROM jobs.outputs o LEFT JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
  WHERE coalesce(r.state::text, 'none') <> CASE WHEN o.state IN ('queued', 'running', 'stuck') THEN 'open'
                                                 WHEN o.state = 'succeeded' THEN 'committed' ELSE 'released' END
  UNION ALL
  SELECT 'reservation_has_an_output', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r LEFT JOIN jobs.outputs o ON o.account_id = r.account_id AND o.output_id = r.output_id
  WHERE r.output_id LIKE 'out\_%' AND o.output_id IS NULL
  UNION ALL
  SELECT 'job_ends_with_its_outputs', j.account_id, j.job_id, to_jsonb(j)
  FROM jobs.jobs j
  WHERE (j.finished_at IS NULL) <> EXISTS (SELECT 1 FROM jobs.outputs o WHERE o.account_id = j.account_id AND o.job_id = j.job_id
                                           AND o.state IN ('queued', 'running', 'stuck'))
  UNION ALL
  SELECT 'quoted_is_reserved', j.account_id, j.job_id, to_jsonb(j)
  FROM jobs.jobs j
  WHERE j.quoted <> (SELECT coalesce(sum(r.amount), 0) FROM jobs.outputs o JOIN ledger.reservations r
                     ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
                     WHERE o.account_id = j.account_id AND o.job_id = j.job_id)
  UNION ALL
  SELECT 'events_count_up_without_gaps', j.account_id, j.job_id, jsonb_build_object('event_seq', j.event_seq)
  FROM jobs.jobs j
  WHERE j.event_seq <> (SELECT count(*) FROM jobs.events e WHERE e.account_id = j.account_id AND e.job_id = j.job_id)
     OR j.event_seq <> (SELECT coalesce(max(e.seq), 0) FROM jobs.events e WHERE e.account_id = j.account_id AND e.job_id = j.job_id)
  UNION ALL
  SELECT 'ended_output_has_no_live_attempt', a.account_id, a.reference, to_jsonb(a)
  FROM jobs.attempts a JOIN jobs.outputs o ON o.account_id = a.account_id AND o.output_id = a.output_id
  WHERE o.state IN ('failed', 'canceled') AND a.state IN ('posting', 'unknown', 'accepted', 'collected')
  UNION ALL
  SELECT 'delivered_is_the_final_stage', o.account_id, o.output_id, to_jsonb(o)
  FROM jobs.outputs o
  WHERE o.state = 'succeeded' AND NOT EXISTS (
    SELECT 1 FROM jobs.attempts a WHERE a.account_id = o.account_id AND a.output_id = o.output_id AND a.stage = 'render'
      AND a.state = 'collected' AND a.sha256 = o.sha256)
  LIMIT 1000
$$;

-- Down Migration
