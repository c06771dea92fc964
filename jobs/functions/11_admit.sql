-- Whether an account may have another job under way.
CREATE OR REPLACE FUNCTION jobs.has_capacity(p_account_id text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT a.max_concurrent_jobs IS NULL OR a.max_concurrent_jobs > (
    SELECT count(*) FROM (
      SELECT 1 FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.finished_at IS NULL
      LIMIT a.max_concurrent_jobs) j)
  FROM ledger.accounts a WHERE a.account_id = p_account_id
$$;

-- What is on record of a submission: the admission under its key (null: the key is new); the account's job limit, if
-- that is reached (a hint: admission decides under the lock); its quote (null: none).
CREATE OR REPLACE FUNCTION jobs.read_submission(p_account_id text, p_job_id text, p_quote_id text)
RETURNS TABLE (admission jsonb, reached_job_limit int, quote jsonb) LANGUAGE sql STABLE AS $$
  SELECT (SELECT jsonb_build_object('outcome', a.outcome, 'fingerprint', a.fingerprint)
          FROM jobs.admissions a WHERE a.account_id = p_account_id AND a.job_id = p_job_id),
         (SELECT a.max_concurrent_jobs FROM ledger.accounts a
          WHERE a.account_id = p_account_id AND NOT jobs.has_capacity(p_account_id)),
         (SELECT to_jsonb(q) FROM jobs.quotes q WHERE q.account_id = p_account_id AND q.quote_id = p_quote_id)
$$;

-- Why a request is refused before its balance is checked; null: it is not.
CREATE OR REPLACE FUNCTION jobs.refusal_before_reserve(p_item jobs.admit_item, p_account ledger.accounts) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_quote jobs.quotes;
  v_stuck text;
BEGIN
  IF p_item.quote_id IS NOT NULL THEN
    SELECT q.* INTO v_quote FROM jobs.quotes q WHERE q.account_id = p_item.account_id AND q.quote_id = p_item.quote_id;
  END IF;
  SELECT j.job_id INTO v_stuck FROM jobs.jobs j
  WHERE j.account_id = p_item.account_id AND j.work_fingerprint = p_item.work_fingerprint AND j.state = 'stuck'
    AND p_item.force IS NOT TRUE LIMIT 1;
  RETURN CASE
    WHEN p_item.refusal IS NOT NULL THEN p_item.refusal || '{"outcome": "refused"}'
    WHEN p_item.admit_by < ledger.clock() THEN jobs.refused('not_admitted_in_time', 'state_conflict')
    WHEN v_quote.quote_id IS DISTINCT FROM p_item.quote_id THEN jobs.refused('quote_not_found', 'not_found')
    WHEN v_quote.expires_at <= p_account.moved_at THEN jobs.refused('quote_expired', 'price_changed')
    WHEN v_quote.fingerprint <> p_item.work_fingerprint THEN jobs.refused('quote_is_for_another_body', 'price_changed')
    WHEN (v_quote.price->>'total')::bigint <> p_item.total THEN jobs.refused('price_list_changed', 'price_changed')
    WHEN p_item.max_credits < p_item.total THEN
      jobs.refused('over_max_credits', 'price_changed', jsonb_build_object('required', p_item.total))
    WHEN v_stuck IS NOT NULL THEN
      jobs.refused('identical_job_is_stuck', 'job_in_doubt', jsonb_build_object('job_id', v_stuck))
    -- A free retry was promised: no limit holds it back.
    WHEN p_item.total > 0 AND p_account.max_concurrent_jobs IS NOT NULL
      AND NOT jobs.has_capacity(p_item.account_id) THEN
      jobs.refused('too_many_concurrent_jobs', 'rate_limited', jsonb_build_object('limit', jsonb_build_object(
        'limit', 'max_concurrent_jobs', 'jobs', p_account.max_concurrent_jobs))) END;
END $$;

-- Inserts a job whose credits were just reserved, its outputs and its first event.
CREATE OR REPLACE FUNCTION jobs.record_job(p_item jobs.admit_item, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_output jobs.admit_output;
BEGIN
  INSERT INTO jobs.jobs (
    account_id, job_id, kind, model, provider, state, price_list, quoted, metadata, work_fingerprint, expected_by,
    return_by, deadline_seconds, created_at, event_seq, outputs)
  VALUES (
    p_item.account_id, p_item.job_id, p_item.kind, p_item.model, p_item.provider, 'queued', p_item.price_list,
    p_item.total, p_item.metadata, p_item.work_fingerprint, p_now + make_interval(secs => p_item.expected_seconds),
    p_now + make_interval(secs => p_item.deadline_seconds), p_item.deadline_seconds, p_now, 1,
    cardinality(p_item.outputs));
  FOREACH v_output IN ARRAY p_item.outputs LOOP
    INSERT INTO jobs.outputs (account_id, output_id, job_id, item, variation, state, work, credits, reservation_id,
                              deadline_seconds, retention_days)
    VALUES (p_item.account_id, v_output.output_id, p_item.job_id, v_output.item, v_output.variation, 'queued',
            v_output.work, v_output.credits, v_output.reservation_id,
            coalesce(v_output.deadline_seconds, p_item.deadline_seconds), v_output.retention_days);
  END LOOP;
  INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at)
  VALUES (p_item.account_id, p_item.job_id, 1, 'job.queued', jsonb_build_object('credits', p_item.total), p_now);
END $$;

-- Admits one request, once: stores it with its fingerprint and its outcome (a refusal too, forever), and reserves.
CREATE OR REPLACE FUNCTION jobs.admit_one(p_item jobs.admit_item) RETURNS jobs.admitted LANGUAGE plpgsql AS $$
DECLARE
  v_account  ledger.accounts := ledger.lock_account(p_item.account_id);
  v_known    jobs.admissions;
  v_output   jobs.admit_output;
  v_parts    ledger.part[] := '{}';
  v_reserved ledger.reserved;
  v_outcome  jsonb;
BEGIN
  SELECT a.* INTO v_known FROM jobs.admissions a WHERE a.account_id = p_item.account_id AND a.job_id = p_item.job_id;
  IF FOUND THEN
    RETURN ROW(v_known.outcome, v_known.fingerprint,
               EXISTS (SELECT 1 FROM jobs.open_outputs(p_item.account_id, p_item.job_id)),
               extract(epoch FROM v_account.moved_at - v_known.created_at))::jobs.admitted;
  END IF;
  v_outcome := jobs.refusal_before_reserve(p_item, v_account);
  IF v_outcome IS NULL THEN
    FOREACH v_output IN ARRAY p_item.outputs LOOP
      v_parts := v_parts || ROW(v_output.reservation_id, v_output.output_id, v_output.credits)::ledger.part;
    END LOOP;
    -- The ledger takes an amount of zero for a free retry, and no other amount.
    v_reserved := ledger.reserve(v_account, p_item.job_id, v_parts, p_item.total,
      CASE WHEN p_item.total = 0 AND jobs.is_free_retry(p_item.account_id, p_item.job_id) THEN 'free_retry'
           ELSE 'generation' END, p_item.deadline_seconds, p_item.member, p_item.project);
    IF v_reserved.outcome = 'reserved' THEN
      PERFORM jobs.record_job(p_item, v_account.moved_at);
      v_outcome := jsonb_build_object('outcome', 'reserved', 'credits', p_item.total);
    ELSE
      v_outcome := jobs.refused(v_reserved.outcome,
        CASE WHEN v_reserved.outcome = 'account_not_found' THEN 'not_found'
             WHEN v_reserved.outcome IN ('insufficient_credits', 'account_frozen', 'limit_exceeded')
               THEN v_reserved.outcome ELSE 'state_conflict' END,
        jsonb_build_object(
          'required', p_item.total, 'available', v_reserved.available, 'reserved', v_reserved.reserved,
          'limit', ledger.exceeded_cap(v_account, p_item.member, p_item.project, p_item.total)));
    END IF;
  END IF;
  INSERT INTO jobs.admissions (account_id, job_id, fingerprint, request, outcome, created_at)
  VALUES (p_item.account_id, p_item.job_id, p_item.fingerprint, p_item.request, v_outcome, v_account.moved_at);
  RETURN ROW(v_outcome, p_item.fingerprint, v_outcome->>'outcome' = 'reserved', 0)::jobs.admitted;
END $$;

-- Admits what arrived together, one by one (ledger.lock_accounts). Outcomes: {"outcome": "reserved", "credits"} or
-- {"outcome": "refused", "code", …}. With the fingerprint first stored under the key; whether a reservation is still
-- open (else the job must not run again); and the age, by which a workflow that starts over keeps its deadlines.
CREATE OR REPLACE FUNCTION jobs.admit(p_items jsonb) RETURNS SETOF jobs.admitted LANGUAGE plpgsql AS $$
DECLARE
  v_item     jobs.admit_item;
  v_deadline timestamptz := ledger.lock_accounts(
    ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
BEGIN
  FOR v_item IN SELECT i.* FROM jsonb_populate_recordset(NULL::jobs.admit_item, p_items) i LOOP
    RETURN NEXT jobs.admit_one(v_item);
    EXIT WHEN clock_timestamp() > v_deadline;
  END LOOP;
END $$;
