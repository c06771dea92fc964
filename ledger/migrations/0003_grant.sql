-- Up Migration

-- Opens an account, once: the same reference finds the same account. Answers opened, or exists with what is stored.
CREATE FUNCTION ledger.open_account(p_account_id text, p_reference text, p_name text)
RETURNS TABLE (outcome text, account_id text, name text, opened_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_is_new boolean;
BEGIN
  INSERT INTO ledger.account_profiles (account_id, reference, name, opened_at)
  VALUES (p_account_id, p_reference, p_name, ledger.clock())
  ON CONFLICT DO NOTHING;
  v_is_new := FOUND;
  IF v_is_new THEN
    INSERT INTO ledger.accounts (account_id) VALUES (p_account_id);
  END IF;
  RETURN QUERY
    SELECT CASE WHEN v_is_new THEN 'opened' ELSE 'exists' END, p.account_id, p.name, p.opened_at
    FROM ledger.account_profiles p WHERE p.reference = p_reference;
END $$;

-- Grants credits. Items: account_id, grant_id, source, band, amount, expires_at (null: never), reason.
-- Per item: granted | key_reused | account_not_found | invalid_amount | expired. The same id with the same content
-- answers granted again and moves nothing; an id twice in one call answers like a replay.
CREATE FUNCTION ledger.grant_credits(p_items jsonb) RETURNS TABLE (item int, outcome text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_nestloop = off
  SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_account_ids text[] := ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i);
  v_now   timestamptz;
  v_moves ledger.move[];
BEGIN
  v_now := ledger.lock_accounts(v_account_ids);

  WITH item AS MATERIALIZED (
    SELECT i.*, row_number() OVER (PARTITION BY i.account_id ORDER BY i.item) AS ordinal,
           row_number() OVER (PARTITION BY i.account_id, i.grant_id ORDER BY i.item) AS occurrence
    FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, grant_id text, source text, band smallint,
           amount bigint, expires_at timestamptz, reason text)) WITH ORDINALITY
           AS i (account_id, grant_id, source, band, amount, expires_at, reason, item)
    WHERE i.amount > 0 AND coalesce(i.expires_at, 'infinity') > v_now
  ), granted AS (
    INSERT INTO ledger.grants (account_id, grant_id, source, band, effective_at, expires_at, reason, created_at, ordinal)
    SELECT i.account_id, i.grant_id, i.source, i.band, v_now, coalesce(i.expires_at, 'infinity'), i.reason, v_now,
           a.entry_seq + i.ordinal
    FROM item i JOIN ledger.accounts a ON a.account_id = i.account_id
    WHERE i.occurrence = 1 AND a.account_id = ANY (v_account_ids)
    ON CONFLICT (account_id, grant_id) DO NOTHING
    RETURNING account_id, grant_id
  )
  SELECT array_agg(ROW(i.item, i.account_id, i.grant_id, 'grant', 'outside', 'available', i.amount, NULL,
                       i.reason)::ledger.move)
  INTO v_moves
  FROM item i JOIN granted g ON g.account_id = i.account_id AND g.grant_id = i.grant_id
  WHERE i.occurrence = 1;  PERFORM ledger.post(v_account_ids, v_moves, v_now);

  RETURN QUERY
    SELECT i.item::int,
      CASE
        WHEN i.amount <= 0 OR i.amount IS NULL THEN 'invalid_amount'
        WHEN NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = i.account_id) THEN 'account_not_found'
        ELSE coalesce((
          SELECT CASE WHEN g.source = i.source AND g.amount = i.amount THEN 'granted' ELSE 'key_reused' END
          FROM ledger.grants g WHERE g.account_id = i.account_id AND g.grant_id = i.grant_id), 'expired')
      END
    FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, grant_id text, source text, amount bigint))
         WITH ORDINALITY AS i (account_id, grant_id, source, amount, item);
END $$;

-- Down Migration
