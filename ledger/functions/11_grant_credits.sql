-- What makes one grant only, under whatever id: a payment; a sign-up and a trial in each account. Null: anything else.
CREATE OR REPLACE FUNCTION ledger.once_key(p_account_id text, p_source text, p_reference text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_source = 'top_up' THEN 'payment ' || p_reference
              WHEN p_source IN ('sign_up', 'trial') THEN p_source || ' ' || p_account_id END
$$;

-- A payment is of no account until it has made a grant: it is locked by its reference (after the accounts, in sorted order),
-- so that of two accounts that name it at once one is answered key_reused.
CREATE OR REPLACE FUNCTION ledger.lock_payments(p_items jsonb) RETURNS void
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  v_reference text;
BEGIN
  FOR v_reference IN
    SELECT DISTINCT i->>'reference' FROM jsonb_array_elements(p_items) i
    WHERE i->>'source' = 'top_up' AND i->>'reference' IS NOT NULL ORDER BY 1
  LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('payment ' || v_reference, 0));
  END LOOP;
END $$;

-- The items as rows, numbered from 1. One place for their shape.
CREATE OR REPLACE FUNCTION ledger.grant_items(p_items jsonb, p_now timestamptz)
RETURNS TABLE (account_id text, grant_id text, source text, band smallint, amount bigint, expires_at timestamptz,
               reason text, reference text, actor text, item int)
LANGUAGE sql STABLE ROWS 100 AS $$
  SELECT i.account_id, i.grant_id, i.source, i.band, i.amount,
         coalesce(i.expires_at, p_now + make_interval(secs => i.lives_seconds), ledger.months_after(p_now, i.lives_months), 'infinity'),
         i.reason, i.reference, i.actor, i.item::int
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, grant_id text, source text, band smallint,
         amount bigint, expires_at timestamptz, lives_seconds double precision, lives_months int, reason text,
         reference text, actor text)) WITH ORDINALITY
         AS i (account_id, grant_id, source, band, amount, expires_at, lives_seconds, lives_months, reason, reference, actor, item)
$$;

-- Grants credits. Items: account_id, grant_id, source, band, amount, reason, reference (of the payment, of a top-up),
-- actor (see record_action) and when it ends: expires_at, or lives_seconds or lives_months from now, or none of them: never.
--
-- Per item: granted | key_reused (also a payment that made another grant, a second sign-up or trial) | account_not_found | invalid_amount |
-- too_many_credits | expired. The same id with the same content answers granted again and moves nothing; an id twice in
-- one call answers like a replay. Content is source, band, amount and reference, not when it ends: that often counts from
-- the first call, and a retry must find it.
CREATE OR REPLACE FUNCTION ledger.grant_credits(p_items jsonb) RETURNS TABLE (item int, outcome text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_nestloop = off
  SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_account_ids text[] := ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i);
  v_now      timestamptz;
  v_outcomes text[];
  v_moves    ledger.move[];
  v_item     record;
BEGIN
  v_now := ledger.lock_accounts(v_account_ids);
  PERFORM ledger.lock_payments(p_items);

  -- Of the items that could make a grant nobody has made, the first does; what stands before it is refused for its own
  -- reason, what stands after it is answered below like any replay. (OFFSET 0: a look-up per item. Without it the planner reads
  -- every grant there is into a hash table, to find a few.)
  SELECT array_agg(CASE WHEN i.refusal IS NULL AND i.item = i.made_at THEN 'new'
                        WHEN i.refusal IN ('account_not_found', 'invalid_amount') THEN i.refusal
                        WHEN i.is_known OR i.item > i.made_at THEN 'known'
                        ELSE i.refusal END ORDER BY i.item)
  INTO v_outcomes
  FROM (
    SELECT n.*, min(n.item) FILTER (WHERE n.refusal IS NULL AND NOT n.is_known) OVER (PARTITION BY n.account_id, n.grant_id) AS made_at
    FROM (
      SELECT i.item, i.account_id, i.grant_id,
             CASE WHEN a.account_id IS NULL THEN 'account_not_found'
                  WHEN i.amount NOT BETWEEN 1 AND 1000000000000 OR i.amount IS NULL THEN 'invalid_amount'
                  -- All that an account ever had stays a whole number in every language it is read in.
                  WHEN a.available + a.reserved + a.spent + a.expired + a.voided
                       + sum(i.amount) FILTER (WHERE i.amount BETWEEN 1 AND 1000000000000)
                           OVER (PARTITION BY i.account_id ORDER BY i.item) > 9007199254740991 THEN 'too_many_credits'
                  WHEN i.source = 'top_up' AND EXISTS (
                    SELECT 1 FROM ledger.grants g WHERE g.source = 'top_up' AND g.reference = i.reference
                      AND (g.account_id, g.grant_id) <> (i.account_id, i.grant_id) OFFSET 0) THEN 'key_reused'
                  WHEN i.source IN ('sign_up', 'trial') AND EXISTS (
                    SELECT 1 FROM ledger.grants g WHERE g.account_id = i.account_id AND g.source = i.source OFFSET 0) THEN 'key_reused'
                  WHEN i.expires_at <= v_now THEN 'expired' END AS refusal,
             EXISTS (SELECT 1 FROM ledger.grants g WHERE g.account_id = i.account_id AND g.grant_id = i.grant_id OFFSET 0) AS is_known
      FROM ledger.grant_items(p_items, v_now) i
      LEFT JOIN ledger.accounts a ON a.account_id = i.account_id AND a.account_id = ANY (v_account_ids)
    ) n
  ) i;

  -- One by one, where an item depends on what becomes of those before it: what may be granted once stands here under several
  -- ids, and the first that is granted is the one; or all items together are more than an account may ever have.
  IF cardinality(v_outcomes) > 1 AND ('too_many_credits' = ANY (v_outcomes) OR EXISTS (
    SELECT 1 FROM ledger.grant_items(p_items, v_now) i
    GROUP BY ledger.once_key(i.account_id, i.source, i.reference)
    HAVING ledger.once_key(i.account_id, i.source, i.reference) IS NOT NULL AND count(DISTINCT (i.account_id, i.grant_id)) > 1
  )) THEN
    FOR v_item IN SELECT n.value, n.ordinality FROM jsonb_array_elements(p_items) WITH ORDINALITY n ORDER BY n.ordinality LOOP
      RETURN QUERY SELECT v_item.ordinality::int, g.outcome FROM ledger.grant_credits(jsonb_build_array(v_item.value)) g;
    END LOOP;
    RETURN;
  END IF;

  INSERT INTO ledger.grants (account_id, grant_id, source, band, effective_at, expires_at, reason, reference, created_at, ordinal)
  SELECT i.account_id, i.grant_id, i.source, i.band, v_now, i.expires_at, i.reason, i.reference, v_now,
         a.entry_seq + row_number() OVER (PARTITION BY i.account_id ORDER BY i.item)
  FROM ledger.grant_items(p_items, v_now) i JOIN ledger.accounts a ON a.account_id = i.account_id
  WHERE v_outcomes[i.item] = 'new' AND a.account_id = ANY (v_account_ids);

  SELECT array_agg(ROW(i.account_id, i.grant_id, 'grant', 'outside', 'available', i.amount, NULL, i.reason)::ledger.move
                   ORDER BY i.item)
  INTO v_moves
  FROM ledger.grant_items(p_items, v_now) i WHERE v_outcomes[i.item] = 'new';
  PERFORM ledger.post(v_account_ids, v_moves, v_now);
  PERFORM ledger.record_action(i.account_id, i.actor, 'grant', i.reason,
            jsonb_build_object('grant_id', i.grant_id, 'source', i.source, 'credits', i.amount, 'reference', i.reference), v_now)
  FROM ledger.grant_items(p_items, v_now) i WHERE v_outcomes[i.item] = 'new' AND i.actor IS NOT NULL;

  RETURN QUERY
    SELECT i.item,
      CASE v_outcomes[i.item]
        WHEN 'new' THEN 'granted'
        WHEN 'known' THEN (
          SELECT CASE WHEN (g.source, g.band, g.amount) = (i.source, i.band, i.amount)
                        AND g.reference IS NOT DISTINCT FROM i.reference THEN 'granted' ELSE 'key_reused' END
          FROM ledger.grants g WHERE g.account_id = i.account_id AND g.grant_id = i.grant_id)
        ELSE v_outcomes[i.item] END
    FROM ledger.grant_items(p_items, v_now) i;
END $$;

-- A grant that the ledger's own rules make. Anything but success is a fault of ours, and undoes what led to it.
CREATE OR REPLACE FUNCTION ledger.grant_of_ours(p_account_id text, p_grant_id text, p_source text, p_band int, p_amount bigint,
                                     p_expires_at timestamptz, p_reason text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_outcome text;
BEGIN
  SELECT g.outcome INTO v_outcome FROM ledger.grant_credits(jsonb_build_array(jsonb_build_object('account_id', p_account_id,
    'grant_id', p_grant_id, 'source', p_source, 'band', p_band, 'amount', p_amount, 'expires_at', p_expires_at, 'reason', p_reason))) g;
  IF v_outcome <> 'granted' THEN
    RAISE EXCEPTION 'the % grant % was refused: %', p_source, p_grant_id, v_outcome USING ERRCODE = 'HF003';
  END IF;
END $$;
