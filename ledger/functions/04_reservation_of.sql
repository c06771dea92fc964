-- One reservation, for statements that join many: looked up by its whole key each time. (OFFSET 0 holds the planner to it: by what it
-- guesses of a table that it does not know, reading all reservations of the account costs as much.)
CREATE OR REPLACE FUNCTION ledger.reservation_of(p_account_id text, p_reservation_id text) RETURNS SETOF ledger.reservations
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT r.* FROM ledger.reservations r
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id OFFSET 0
$$;
