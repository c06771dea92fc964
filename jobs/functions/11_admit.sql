-- Whether an account may have another job under way: under its lock for good, without it as a hint.
CREATE OR REPLACE FUNCTION jobs.has_room(p_account_id text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_max int := ledger.max_concurrent_jobs(p_account_id);
BEGIN
  RETURN v_max IS NULL OR v_max > (
    SELECT count(*) FROM (
      SELECT 1 FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.finished_at IS NULL LIMIT v_max) j);
END $$;

-- Why a request is refused before its balance is looked at; null when nothing speaks against it.
CREATE OR REPLACE FUNCTION jobs.refusal_before_reserve(p_body jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_account_id text := p_body->>'account_id';
  v_quote      jobs.quotes;
  v_stuck      text;
BEGIN
  IF p_body ? 'refusal' THEN
    RETURN p_body->'refusal' || '{"outcome": "refused"}';
  END IF;
  IF (p_body->>'admit_by')::timestamptz < p_now THEN
    RETURN '{"outcome": "refused", "code": "state_conflict", "reason": "not_admitted_in_time"}';
  END IF;

  IF p_body->>'quote_id' IS NOT NULL THEN
    SELECT * INTO v_quote FROM jobs.quotes q WHERE q.account_id = v_account_id AND q.quote_id = p_body->>'quote_id';
    IF NOT FOUND THEN
      RETURN '{"outcome": "refused", "code": "not_found", "reason": "quote_not_found"}';
    ELSIF v_quote.expires_at <= p_now THEN
      RETURN '{"outcome": "refused", "code": "price_changed", "reason": "quote_expired"}';
    ELSIF v_quote.fingerprint <> p_body->>'quote_fingerprint' THEN
      RETURN '{"outcome": "refused", "code": "price_changed", "reason": "quote_is_for_another_body"}';
    ELSIF v_quote.price->'total' <> p_body->'price'->'total' THEN
      RETURN '{"outcome": "refused", "code": "price_changed", "reason": "price_list_changed"}';
    END IF;
  END IF;
  IF (p_body->>'max_credits')::bigint < (p_body->'price'->>'total')::bigint THEN
    RETURN jsonb_build_object('outcome', 'refused', 'code', 'price_changed', 'reason', 'over_max_credits',
                              'required', p_body->'price'->'total');
  END IF;

  IF NOT coalesce((p_body->>'force')::boolean, false) THEN
    SELECT j.job_id INTO v_stuck FROM jobs.jobs j
    WHERE j.account_id = v_account_id AND j.work_fingerprint = p_body->>'work_fingerprint' AND j.state = 'stuck' LIMIT 1;
    IF FOUND THEN
      RETURN jsonb_build_object('outcome', 'refused', 'code', 'job_in_doubt', 'reason', 'identical_job_is_stuck', 'job_id', v_stuck);
    END IF;
  END IF;
  -- A free retry was promised: it waits for no other job to end.
  IF (p_body->'price'->>'total')::bigint > 0 AND NOT jobs.has_room(v_account_id) THEN
    RETURN jsonb_build_object('outcome', 'refused', 'code', 'rate_limited', 'reason', 'too_many_concurrent_jobs',
      'limit', jsonb_build_object('limit', 'max_concurrent_jobs', 'jobs', ledger.max_concurrent_jobs(v_account_id)));
  END IF;
  RETURN NULL;
END $$;

-- Decides one request that is not known yet, its account locked, and makes what it decided true.
CREATE OR REPLACE FUNCTION jobs.admit_new(p_body jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_account_id text := p_body->>'account_id';
  v_job_id     text := p_body->>'job_id';
  v_total      bigint := (p_body->'price'->>'total')::bigint;
  v_entry_seq  bigint := (SELECT a.entry_seq FROM ledger.accounts a WHERE a.account_id = v_account_id);
  -- The ledger refuses an amount of zero but of a free retry, and a free retry of any other amount.
  v_is_free    boolean := v_total = 0 AND jobs.is_free_retry(v_account_id, v_job_id);
  v_refusal    jsonb;
  v_result     record;
BEGIN
  v_refusal := jobs.refusal_before_reserve(p_body, p_now);
  IF v_refusal IS NOT NULL THEN
    RETURN v_refusal;
  END IF;

  SELECT r.outcome, r.available, r.reserved INTO v_result
  FROM ledger.reserve((
    SELECT jsonb_agg(jsonb_build_object('account_id', v_account_id, 'reservation_id', o->>'reservation_id',
             'amount', (o->>'credits')::bigint, 'reason', CASE WHEN v_is_free THEN 'free_retry' ELSE 'generation' END,
             'job_id', v_job_id, 'output_id', o->>'output_id',
             'return_after_seconds', (p_body->>'deadline_seconds')::double precision, 'group_id', v_job_id,
             'member', p_body->>'member', 'project', p_body->>'project') ORDER BY n)
    FROM jsonb_array_elements(p_body->'outputs') WITH ORDINALITY e (o, n))) r
  ORDER BY (r.outcome = 'reserved'), r.item LIMIT 1;  -- all of a group are reserved, or one tells why none is
  IF v_result.outcome <> 'reserved' THEN
    RETURN jsonb_build_object('outcome', 'refused', 'code',
      CASE WHEN v_result.outcome IN ('insufficient_credits', 'limit_exceeded') THEN v_result.outcome
           WHEN v_result.outcome = 'account_not_found' THEN 'not_found' ELSE 'state_conflict' END,
      'reason', v_result.outcome, 'required', v_total, 'available', v_result.available, 'reserved', v_result.reserved,
      'limit', CASE v_result.outcome WHEN 'limit_exceeded' THEN
                 ledger.exceeded_cap(v_account_id, p_body->>'member', p_body->>'project', v_total) END);
  END IF;

  INSERT INTO jobs.jobs (account_id, job_id, kind, model, provider, state, price_list, quoted, metadata, work_fingerprint,
                         expected_by, return_by, deadline_seconds, created_at)
  VALUES (v_account_id, v_job_id, p_body->>'kind', p_body->>'model', p_body->>'provider', 'queued',
          (p_body->'price'->>'price_list')::int, v_total, p_body->'metadata', p_body->>'work_fingerprint',
          p_now + make_interval(secs => (p_body->>'expected_seconds')::double precision),
          (SELECT min(r.return_by) FROM ledger.reservations r, jsonb_array_elements(p_body->'outputs') o
           WHERE r.account_id = v_account_id AND r.reservation_id = o->>'reservation_id'),
          (p_body->>'deadline_seconds')::double precision, p_now);
  INSERT INTO jobs.outputs (account_id, output_id, job_id, item, variation, state, work, credits, reservation_id, deadline_seconds)
  SELECT v_account_id, o->>'output_id', v_job_id, (o->>'item')::int, (o->>'variation')::int, 'queued', o->'work',
         (o->>'credits')::bigint, o->>'reservation_id',
         coalesce(o->>'deadline_seconds', p_body->>'deadline_seconds')::double precision
  FROM jsonb_array_elements(p_body->'outputs') o;
  PERFORM jobs.append_event(v_account_id, v_job_id, 'job.queued', jsonb_build_object('credits', v_total), p_now);
  PERFORM jobs.append_event(v_account_id, v_job_id, 'credits.low',
            jsonb_build_object('available', n.available, 'low_balance_at', n.low_balance_at), p_now)
  FROM ledger.read_low_balance_notices(v_account_id, v_entry_seq) n;
  RETURN jsonb_build_object('outcome', 'reserved', 'credits', v_total);
END $$;

-- Admits jobs: stores each request, its fingerprint and its outcome (a refusal too, for ever), and reserves, in one
-- transaction. Items: account_id, job_id, fingerprint, request, admit_by, price (price_list, total, lines), and for what
-- is to be run: work_fingerprint, force, quote_id, quote_fingerprint, max_credits, model, provider, kind, metadata,
-- expected_seconds, deadline_seconds, outputs [{output_id, reservation_id, item, variation, credits, work, deadline_seconds}]; or
-- refusal {code, …} for what was refused before it came here.
--
-- Outcomes: {"outcome": "reserved", "job_id", "credits", …} or {"outcome": "refused", "code", …}. Each item is answered with
-- the fingerprint first stored under its key, so that the caller sees whose outcome it holds; with is_open: whether any
-- of its reservations is still open (an ended one must not be run again); and with its age, so that a workflow that
-- starts over keeps the first one's deadlines.
CREATE OR REPLACE FUNCTION jobs.admit(p_items jsonb)
RETURNS TABLE (item int, outcome jsonb, fingerprint text, is_open boolean, age_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now     timestamptz;
  v_item    record;
  v_outcome jsonb;
BEGIN
  v_now := ledger.lock_accounts(ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
  FOR v_item IN SELECT i.value AS body, i.ordinality AS item FROM jsonb_array_elements(p_items) WITH ORDINALITY i ORDER BY i.ordinality
  LOOP
    IF NOT EXISTS (SELECT 1 FROM jobs.admissions a
                   WHERE a.account_id = v_item.body->>'account_id' AND a.job_id = v_item.body->>'job_id') THEN
      v_outcome := jobs.admit_new(v_item.body, v_now);
      INSERT INTO jobs.admissions (account_id, job_id, fingerprint, request, outcome, created_at)
      VALUES (v_item.body->>'account_id', v_item.body->>'job_id', v_item.body->>'fingerprint', v_item.body->'request',
              v_outcome, v_now);
    END IF;
    RETURN QUERY
      SELECT v_item.item::int, a.outcome, a.fingerprint, EXISTS (
        SELECT 1 FROM jobs.outputs o JOIN ledger.reservations r
          ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
        WHERE o.account_id = a.account_id AND o.job_id = a.job_id AND r.state = 'open'),
        extract(epoch FROM v_now - a.created_at)::double precision
      FROM jobs.admissions a
      WHERE a.account_id = v_item.body->>'account_id' AND a.job_id = v_item.body->>'job_id';
  END LOOP;
END $$;
