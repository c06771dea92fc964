-- Spends under a key that is not known yet, its account locked.
CREATE OR REPLACE FUNCTION jobs.spend_once(p_item jsonb) RETURNS jsonb
LANGUAGE sql AS $$
  SELECT CASE s.outcome
    WHEN 'spent' THEN jsonb_build_object('outcome', 'spent', 'credits', p_item->'amount')
    ELSE jsonb_strip_nulls(jsonb_build_object('outcome', s.outcome, 'required', p_item->'amount', 'available', s.available,
      'reserved', s.reserved, 'limit', CASE s.outcome WHEN 'limit_exceeded' THEN ledger.exceeded_cap(
        p_item->>'account_id', p_item->>'member', p_item->>'project', (p_item->>'amount')::bigint) END)) END
  FROM ledger.spend(jsonb_build_array(p_item)) s
$$;

-- Spends on metered use, once per key, and answers the same for ever: a refusal too (a new try needs a new key). Items:
-- account_id, key, fingerprint, spend_id, amount, note, member, project.
--
-- Answers: {"outcome": "spent", "credits"}, {"outcome": "insufficient_credits" | "limit_exceeded", "required", "available",
-- "reserved", "limit"}, or, stored by nobody, any other outcome of ledger.spend. Each with the fingerprint first stored
-- under its key, and whether it was stored before.
CREATE OR REPLACE FUNCTION jobs.use_credits(p_items jsonb)
RETURNS TABLE (item int, answer jsonb, fingerprint text, is_replay boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now    timestamptz;
  v_item   record;
  v_known  jobs.keyed_calls;
  v_answer jsonb;
BEGIN
  v_now := ledger.lock_accounts(ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
  FOR v_item IN SELECT i.value AS body, i.ordinality AS item FROM jsonb_array_elements(p_items) WITH ORDINALITY i ORDER BY i.ordinality
  LOOP
    SELECT * INTO v_known FROM jobs.keyed_calls c
    WHERE c.account_id = v_item.body->>'account_id' AND c.route = 'usage' AND c.key = v_item.body->>'key';
    IF FOUND THEN
      RETURN QUERY SELECT v_item.item::int, v_known.answer, v_known.fingerprint, true;
      CONTINUE;
    END IF;
    v_answer := jobs.spend_once(v_item.body);
    IF v_answer->>'outcome' IN ('spent', 'insufficient_credits', 'limit_exceeded') THEN
      INSERT INTO jobs.keyed_calls (account_id, route, key, fingerprint, answer, created_at)
      VALUES (v_item.body->>'account_id', 'usage', v_item.body->>'key', v_item.body->>'fingerprint', v_answer, v_now);
    END IF;
    RETURN QUERY SELECT v_item.item::int, v_answer, v_item.body->>'fingerprint', false;
  END LOOP;
END $$;
