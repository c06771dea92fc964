-- Refuses new spending of an account from now on, or allows it again; what runs goes on, and returns and refunds are as
-- ever. Decided with the account locked, like its balance: what was reserved before stays reserved. Asked again it does
-- nothing, and nothing is recorded. False: no such account.
CREATE OR REPLACE FUNCTION ledger.set_frozen(p_account_id text, p_is_frozen boolean, p_actor text, p_reason text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_account_id);
BEGIN
  IF (v_account.frozen_at IS NOT NULL) <> p_is_frozen AND v_account.available IS NOT NULL THEN
    UPDATE ledger.accounts a SET frozen_at = CASE WHEN p_is_frozen THEN v_account.moved_at END
    WHERE a.account_id = p_account_id;
    PERFORM ledger.record_action(p_account_id, p_actor, CASE WHEN p_is_frozen THEN 'freeze' ELSE 'unfreeze' END,
                                 p_reason, '{}', v_account.moved_at);
  END IF;
  RETURN v_account.available IS NOT NULL;
END $$;
