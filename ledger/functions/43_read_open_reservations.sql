-- Open reservations for the reconciler, in pages by key: those of at least an age, and how far each is past return_by.
CREATE OR REPLACE FUNCTION ledger.read_open_reservations(
  p_after_account_id text, p_after_reservation_id text, p_limit int, p_min_age_seconds float
) RETURNS TABLE (
  account_id text, reservation_id text, job_id text, output_id text, amount bigint, return_by timestamptz,
  overdue_seconds float
) LANGUAGE sql STABLE AS $$
  SELECT r.account_id, r.reservation_id, r.job_id, r.output_id, r.amount, r.return_by,
         extract(epoch FROM ledger.clock(a) - r.return_by)::float
  FROM ledger.reservations r JOIN ledger.accounts a USING (account_id)
  WHERE r.state = 'open' AND (r.account_id, r.reservation_id) > (p_after_account_id, p_after_reservation_id)
    AND r.created_at <= ledger.clock(a) - make_interval(secs => p_min_age_seconds)
  ORDER BY r.account_id, r.reservation_id LIMIT p_limit
$$;
