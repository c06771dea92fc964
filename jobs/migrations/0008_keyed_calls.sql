-- Up Migration
-- Calls other than submissions that bear a key: what was asked first under it, and what was answered. Kept for ever.

CREATE TABLE jobs.keyed_calls (
  account_id  text        NOT NULL,
  route       text        NOT NULL CHECK (route IN ('grants', 'usage', 'release', 'refund', 'extend', 'restart', 'resolve')),
  key         text        NOT NULL,
  fingerprint text        NOT NULL,
  answer      jsonb       NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (account_id, route, key)
);

-- Spends on metered use, once per key, and answers the same for ever: a refusal too (a new try needs a new key). Items:
-- account_id, key, fingerprint, spend_id, amount, note, member, project.
--
-- Answers: {"outcome": "spent", "credits"}, {"outcome": "insufficient_credits" | "limit_exceeded", "required", "available",
-- "reserved", "limit"}, or, stored by nobody, any other outcome of ledger.spend. Each with the fingerprint first stored
-- under its key, and whether it was stored before.
CREATE FUNCTION jobs.use_credits(p_items jsonb)
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

-- Spends under a key that is not known yet, its account locked.
CREATE FUNCTION jobs.spend_once(p_item jsonb) RETURNS jsonb
LANGUAGE sql AS $$
  SELECT CASE s.outcome
    WHEN 'spent' THEN jsonb_build_object('outcome', 'spent', 'credits', p_item->'amount')
    ELSE jsonb_strip_nulls(jsonb_build_object('outcome', s.outcome, 'required', p_item->'amount', 'available', s.available,
      'reserved', s.reserved, 'limit', CASE s.outcome WHEN 'limit_exceeded' THEN ledger.exceeded_cap(
        p_item->>'account_id', p_item->>'member', p_item->>'project', (p_item->>'amount')::bigint) END)) END
  FROM ledger.spend(jsonb_build_array(p_item)) s
$$;

-- Gives credits, once per key of an account. p_grant: an item of ledger.grant_credits. Answers granted, with the grant as it
-- was when it was given; key_reused for another fingerprint under the key (is_replay then) or by the ledger's word; or any
-- other of its refusals, which leave no trace.
CREATE FUNCTION jobs.give_credits(p_account_id text, p_key text, p_fingerprint text, p_grant jsonb)
RETURNS TABLE (outcome text, is_replay boolean, answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now     timestamptz;
  v_known   jobs.keyed_calls;
  v_outcome text;
BEGIN
  v_now := ledger.lock_accounts(ARRAY[p_account_id]);
  SELECT * INTO v_known FROM jobs.keyed_calls c
  WHERE c.account_id = p_account_id AND c.route = 'grants' AND c.key = p_key;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN v_known.fingerprint = p_fingerprint THEN 'granted' ELSE 'key_reused' END, true, v_known.answer;
    RETURN;
  END IF;
  SELECT g.outcome INTO v_outcome FROM ledger.grant_credits(jsonb_build_array(p_grant)) g;
  IF v_outcome <> 'granted' THEN
    RETURN QUERY SELECT v_outcome, false, NULL::jsonb;
    RETURN;
  END IF;
  RETURN QUERY
    WITH call AS (
      INSERT INTO jobs.keyed_calls (account_id, route, key, fingerprint, answer, created_at)
      VALUES (p_account_id, 'grants', p_key, p_fingerprint, ledger.read_grant(p_account_id, p_grant->>'grant_id'), v_now)
      RETURNING keyed_calls.answer
    )
    SELECT 'granted', false, c.answer FROM call c;
END $$;

REVOKE ALL ON FUNCTION jobs.use_credits(jsonb), jobs.spend_once(jsonb), jobs.give_credits(text, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.use_credits(jsonb), jobs.give_credits(text, text, text, jsonb) TO holdfast_api, holdfast_worker;

-- Down Migration
