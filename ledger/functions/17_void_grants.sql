-- Takes back what is left of a grant (a charge-back). Items, in order: account_id, grant_id, reason, actor. Once per grant:
-- whoever comes again reads what the first took. Per item: voided | not_found.
CREATE OR REPLACE FUNCTION ledger.void_grants(p_items jsonb) RETURNS TABLE (item int, outcome text, voided bigint, not_recovered bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now  timestamptz;
  v_item record;
  v_held ledger.grants;
BEGIN
  v_now := ledger.lock_accounts(ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
  FOR v_item IN
    SELECT i.* FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, grant_id text, reason text, actor text)) WITH ORDINALITY
      AS i (account_id, grant_id, reason, actor, item) ORDER BY i.item
  LOOP
    SELECT * INTO v_held FROM ledger.grants g WHERE g.account_id = v_item.account_id AND g.grant_id = v_item.grant_id;
    IF FOUND AND v_held.voided_at IS NULL THEN
      UPDATE ledger.grants g SET voided_at = v_now WHERE g.account_id = v_item.account_id AND g.grant_id = v_item.grant_id;
      INSERT INTO ledger.voids (account_id, grant_id, voided, not_recovered, reason, created_at)
      VALUES (v_item.account_id, v_item.grant_id, v_held.available, v_held.spent + v_held.reserved, v_item.reason, v_now);
      IF v_held.available > 0 THEN
        PERFORM ledger.post(ARRAY[v_item.account_id], ARRAY[ROW(v_item.account_id, v_item.grant_id, 'void', 'available', 'voided',
          v_held.available, NULL, v_item.reason)::ledger.move], v_now);
      END IF;
      PERFORM ledger.record_action(v_item.account_id, v_item.actor, 'void_grant', v_item.reason, jsonb_build_object(
        'grant_id', v_item.grant_id, 'voided', v_held.available, 'not_recovered', v_held.spent + v_held.reserved), v_now);
    END IF;
    RETURN QUERY
      SELECT v_item.item::int, CASE WHEN v.grant_id IS NULL THEN 'not_found' ELSE 'voided' END, v.voided, v.not_recovered
      FROM (SELECT 1) one
      LEFT JOIN ledger.voids v ON v.account_id = v_item.account_id AND v.grant_id = v_item.grant_id;
  END LOOP;
END $$;

-- Whose grant it is.
CREATE OR REPLACE FUNCTION ledger.account_of_grant(p_grant_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT min(g.account_id) FROM ledger.grants g WHERE g.grant_id = p_grant_id HAVING count(*) = 1
$$;
