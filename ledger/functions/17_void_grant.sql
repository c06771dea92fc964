-- Takes back what is left of a grant (a charge-back). A repeat returns what the first call took.
CREATE OR REPLACE FUNCTION ledger.void_grant(p_account_id text, p_grant_id text, p_reason text, p_actor text)
RETURNS TABLE (outcome text, voided bigint, not_recovered bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_account_id);
  v_now     timestamptz := v_account.moved_at;
  v_grant   ledger.grants;
BEGIN
  SELECT g.* INTO v_grant FROM ledger.grants g WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id;
  outcome := CASE WHEN FOUND THEN 'voided' ELSE 'not_found' END;
  not_recovered := coalesce(v_grant.not_recovered, v_grant.spent + v_grant.reserved);
  -- What was neither spent, reserved nor expired by then. Nothing of a voided grant expires.
  voided := v_grant.amount - v_grant.expired - not_recovered;
  IF outcome = 'voided' AND v_grant.voided_at IS NULL THEN
    UPDATE ledger.grants g SET voided_at = v_now, not_recovered = void_grant.not_recovered
    WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id;
    IF v_grant.available > 0 THEN
      PERFORM ledger.post(v_account, ARRAY[
        ROW(p_grant_id, 'void', 'available', 'voided', v_grant.available, NULL, p_reason)::ledger.move]);
    END IF;
    PERFORM ledger.record_action(p_account_id, p_actor, 'void_grant', p_reason, jsonb_build_object(
      'grant_id', p_grant_id, 'voided', voided, 'not_recovered', not_recovered), v_now);
  END IF;
  RETURN NEXT;
END $$;
