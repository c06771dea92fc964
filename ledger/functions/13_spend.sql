-- Spends without a reservation before it (a chat message; p_note: what for): a reserve whose credits are drawn as
-- spent, and which is committed at once. spent | a refusal of ledger.reserve.
CREATE OR REPLACE FUNCTION ledger.spend(
  p_account ledger.accounts, p_spend_id text, p_amount bigint, p_note text, p_member text, p_project text
) RETURNS ledger.reserved LANGUAGE plpgsql AS $$
DECLARE
  v_result ledger.reserved := ledger.reserve(
    p_account, NULL, ARRAY[ROW(p_spend_id, NULL, p_amount)::ledger.part], p_amount, 'spend', 0, p_member, p_project,
    p_note);
BEGIN
  IF v_result.outcome IN ('reserved', 'committed') THEN
    UPDATE ledger.reservations r
    SET state = 'committed', committed = r.amount, settled_at = r.created_at
    WHERE r.account_id = p_account.account_id AND r.reservation_id = p_spend_id AND r.state = 'open';
    v_result.outcome := 'spent';
  END IF;
  RETURN v_result;
END $$;
