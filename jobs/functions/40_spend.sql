-- Spends on metered use, once per key. A refusal is kept too: a new try needs a new key.
CREATE OR REPLACE FUNCTION jobs.spend_one(p_item jobs.spend_item) RETURNS jobs.keyed_answer LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_item.account_id);
  v_known   jobs.idempotency_keys;
  v_result  ledger.reserved;
  v_answer  jsonb;
BEGIN
  SELECT k.* INTO v_known FROM jobs.idempotency_keys k
  WHERE k.account_id = p_item.account_id AND k.route = 'usage' AND k.key = p_item.key;
  IF FOUND THEN
    RETURN ROW(v_known.answer, v_known.fingerprint, true)::jobs.keyed_answer;
  END IF;
  v_result := ledger.spend(v_account, p_item.spend_id, p_item.amount, p_item.note, p_item.member, p_item.project);
  v_answer := CASE v_result.outcome
    WHEN 'spent' THEN jsonb_build_object('outcome', 'spent', 'credits', p_item.amount)
    ELSE jsonb_strip_nulls(jsonb_build_object(
      'outcome', v_result.outcome, 'required', p_item.amount, 'available', v_result.available,
      'reserved', v_result.reserved,
      'limit', ledger.exceeded_cap(v_account, p_item.member, p_item.project, p_item.amount))) END;
  IF v_result.outcome IN ('spent', 'insufficient_credits', 'limit_exceeded', 'account_frozen') THEN
    INSERT INTO jobs.idempotency_keys (account_id, route, key, fingerprint, answer)
    VALUES (p_item.account_id, 'usage', p_item.key, p_item.fingerprint, v_answer);
  END IF;
  RETURN ROW(v_answer, p_item.fingerprint, false)::jobs.keyed_answer;
END $$;

-- Spends what arrived together, one by one (ledger.lock_accounts). {"outcome": "spent", "credits"}, or a refusal of
-- ledger.spend as {"outcome", "required", "available", "reserved", "limit"}.
CREATE OR REPLACE FUNCTION jobs.spend(p_items jsonb) RETURNS SETOF jobs.keyed_answer LANGUAGE plpgsql AS $$
DECLARE
  v_item     jobs.spend_item;
  v_deadline timestamptz := ledger.lock_accounts(
    ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
BEGIN
  FOR v_item IN SELECT i.* FROM jsonb_populate_recordset(NULL::jobs.spend_item, p_items) i LOOP
    RETURN NEXT jobs.spend_one(v_item);
    EXIT WHEN clock_timestamp() > v_deadline;
  END LOOP;
END $$;
