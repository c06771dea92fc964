-- Gives open reservations a later return_by, and leaves alone those that return as late or have ended. The account is
-- locked. (No credits move, so the account's row stays as it is.)
CREATE OR REPLACE FUNCTION ledger.extend(p_account_id text, p_reservation_ids text[], p_return_by timestamptz)
RETURNS void LANGUAGE sql AS $$
  UPDATE ledger.reservations r SET return_by = p_return_by
  WHERE r.account_id = p_account_id AND r.reservation_id = ANY (p_reservation_ids) AND r.state = 'open'
    AND r.return_by < p_return_by
$$;

-- Gives one open reservation an earlier return_by, and returns what it is then: each of several outputs has a deadline
-- of its own, which is known when it begins. The account is locked.
CREATE OR REPLACE FUNCTION ledger.return_sooner(p_account_id text, p_reservation_id text, p_return_by timestamptz)
RETURNS timestamptz LANGUAGE sql AS $$
  UPDATE ledger.reservations r SET return_by = least(r.return_by, p_return_by)
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id AND r.state = 'open'
  RETURNING r.return_by
$$;
