-- Spends at once, without a reservation: metered use, like a chat message. p_note: what it was for. The caller's id is
-- the key. spent | insufficient_credits | limit_exceeded | account_not_found | invalid_amount | key_reused | released.
CREATE OR REPLACE FUNCTION ledger.spend(
  p_account ledger.accounts, p_spend_id text, p_amount bigint, p_note text, p_member text, p_project text
) RETURNS ledger.reserved LANGUAGE plpgsql AS $$
DECLARE
  v_known   text := ledger.known_as(
    p_account.account_id, p_spend_id, 'spend', p_amount, NULL, NULL, p_member, p_project);
  v_outcome text := CASE
    WHEN p_account.available IS NULL THEN 'account_not_found'
    WHEN p_amount BETWEEN 1 AND 1000000000000 IS NOT TRUE THEN 'invalid_amount'
    WHEN v_known = 'committed' THEN 'spent'
    WHEN v_known <> 'new' THEN v_known
    WHEN ledger.exceeded_cap(p_account, p_member, p_project, p_amount) IS NOT NULL THEN 'limit_exceeded'
    WHEN p_amount > p_account.available THEN 'insufficient_credits' END;
BEGIN
  IF v_outcome IS NOT NULL THEN
    RETURN ROW(v_outcome, p_account.available, p_account.reserved, p_account.moved_at)::ledger.reserved;
  END IF;
  RETURN ledger.reserve_parts(p_account, NULL, ARRAY[ROW(p_spend_id, NULL, p_amount)::ledger.part], 'spend', p_note, 0,
                              p_member, p_project);
END $$;
