-- Spends under a key that is not known yet, its account locked.
CREATE OR REPLACE FUNCTION jobs.spend_new(p_item jobs.spend_item) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_taken ledger.taken := ledger.spend(p_item.account_id, p_item.spend_id, p_item.amount, p_item.note, p_item.member,
                                       p_item.project);
BEGIN
  IF v_taken.outcome = 'spent' THEN
    RETURN jsonb_build_object('outcome', 'spent', 'credits', p_item.amount);
  END IF;
  RETURN jsonb_strip_nulls(jsonb_build_object('outcome', v_taken.outcome, 'required', p_item.amount,
    'available', v_taken.available, 'reserved', v_taken.reserved, 'limit', CASE v_taken.outcome WHEN 'limit_exceeded' THEN
      ledger.exceeded_cap(p_item.account_id, p_item.member, p_item.project, p_item.amount) END));
END $$;

-- Spends on metered use, once per key, and returns the same forever: a refusal too (a new try needs a new key).
CREATE OR REPLACE FUNCTION jobs.spend_one(p_item jobs.spend_item) RETURNS jobs.keyed_answer LANGUAGE plpgsql AS $$
DECLARE
  v_now    timestamptz := (ledger.lock_account(p_item.account_id)).moved_at;
  v_known  jobs.idempotency_keys;
  v_answer jsonb;
BEGIN
  SELECT c.* INTO v_known FROM jobs.idempotency_keys c
  WHERE c.account_id = p_item.account_id AND c.route = 'usage' AND c.key = p_item.key;
  IF FOUND THEN
    RETURN ROW(v_known.answer, v_known.fingerprint, true)::jobs.keyed_answer;
  END IF;
  v_answer := jobs.spend_new(p_item);
  IF v_answer->>'outcome' IN ('spent', 'insufficient_credits', 'limit_exceeded') THEN
    INSERT INTO jobs.idempotency_keys (account_id, route, key, fingerprint, answer, created_at)
    VALUES (p_item.account_id, 'usage', p_item.key, p_item.fingerprint, v_answer, v_now);
  END IF;
  RETURN ROW(v_answer, p_item.fingerprint, false)::jobs.keyed_answer;
END $$;

-- Spends what arrived together (jobs.spend_item), one after the other, in one transaction; of an array that takes too long, the rest
-- is sent again.
--
-- Answers: {"outcome": "spent", "credits"}, {"outcome": "insufficient_credits" | "limit_exceeded", "required", "available",
-- "reserved", "limit"}, or any other outcome of ledger.spend, which is not stored.
CREATE OR REPLACE FUNCTION jobs.spend(p_items jsonb) RETURNS SETOF jobs.keyed_answer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_items    jobs.spend_item[] := ARRAY(SELECT i FROM jsonb_populate_recordset(NULL::jobs.spend_item, p_items) i);
  v_item     jobs.spend_item;
  v_deadline timestamptz;
BEGIN
  PERFORM ledger.lock_accounts(ARRAY(SELECT DISTINCT i.account_id FROM unnest(v_items) i));
  v_deadline := ledger.array_deadline();
  FOREACH v_item IN ARRAY v_items LOOP
    RETURN NEXT jobs.spend_one(v_item);
    EXIT WHEN clock_timestamp() > v_deadline;
  END LOOP;
END $$;
