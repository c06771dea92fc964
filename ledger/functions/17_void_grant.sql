-- Takes back what is left of a grant (a charge-back). Once per grant: the same call again returns what the first took.
-- voided | not_found.
CREATE OR REPLACE FUNCTION ledger.void_grant(p_account_id text, p_grant_id text, p_reason text, p_actor text)
RETURNS TABLE (outcome text, voided bigint, not_recovered bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET enable_seqscan = off AS $$
DECLARE
  v_now  timestamptz := (ledger.lock_account(p_account_id)).moved_at;
  v_held ledger.grants;
BEGIN
  SELECT g.* INTO v_held FROM ledger.grants g WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'not_found', NULL::bigint, NULL::bigint;
    RETURN;
  ELSIF v_held.voided_at IS NULL THEN
    UPDATE ledger.grants g SET voided_at = v_now WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id;
    INSERT INTO ledger.voids (account_id, grant_id, voided, not_recovered, reason, created_at)
    VALUES (p_account_id, p_grant_id, v_held.available, v_held.spent + v_held.reserved, p_reason, v_now);
    IF v_held.available > 0 THEN
      PERFORM ledger.post(p_account_id, ARRAY[ROW(p_grant_id, 'void', 'available', 'voided', v_held.available, NULL,
                                                  p_reason)::ledger.move], v_now);
    END IF;
    PERFORM ledger.record_action(p_account_id, p_actor, 'void_grant', p_reason, jsonb_build_object('grant_id', p_grant_id,
      'voided', v_held.available, 'not_recovered', v_held.spent + v_held.reserved), v_now);
  END IF;
  RETURN QUERY SELECT 'voided', v.voided, v.not_recovered FROM ledger.voids v
               WHERE v.account_id = p_account_id AND v.grant_id = p_grant_id;
END $$;

-- The account that a grant belongs to.
CREATE OR REPLACE FUNCTION ledger.account_of_grant(p_grant_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT min(g.account_id) FROM ledger.grants g WHERE g.grant_id = p_grant_id HAVING count(*) = 1
$$;
