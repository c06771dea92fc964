-- Moves the return_by of open reservations: of those that return sooner to p_not_before, of those that return later to
-- p_not_after (null: to neither). The account is locked. (No credits move, so the account's row stays as it is.)
CREATE OR REPLACE FUNCTION ledger.move_return_by(
  p_account_id text, p_reservation_ids text[], p_not_before timestamptz, p_not_after timestamptz
) RETURNS void LANGUAGE sql AS $$
  UPDATE ledger.reservations r SET return_by = least(greatest(r.return_by, p_not_before), p_not_after)
  WHERE r.account_id = p_account_id AND r.reservation_id = ANY (p_reservation_ids) AND r.state = 'open'
$$;
