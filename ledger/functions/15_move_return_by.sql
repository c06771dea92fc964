-- Bounds return_by of open reservations by p_not_before and p_not_after (null: no bound). The account is locked.
CREATE OR REPLACE FUNCTION ledger.move_return_by(
  p_account_id text, p_reservation_ids text[], p_not_before timestamptz, p_not_after timestamptz
) RETURNS void LANGUAGE sql AS $$
  UPDATE ledger.reservations r SET return_by = least(greatest(r.return_by, p_not_before), p_not_after)
  WHERE r.account_id = p_account_id AND r.reservation_id = ANY (p_reservation_ids) AND r.state = 'open'
$$;
