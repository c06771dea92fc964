-- What an account was charged from an instant to another, by the day (of the account's clock, in UTC) and by what for:
-- the kind of the job, or of metered use its reason. What was refunded is taken off on the day of the refund.
CREATE OR REPLACE FUNCTION jobs.read_usage(p_account_id text, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (day text, kind text, credits bigint) LANGUAGE sql STABLE AS $$
  SELECT to_char(e.created_at, 'YYYY-MM-DD'), coalesce(j.kind, e.reason, 'other'),
         sum(greatest(ledger.delta('spent', e.from_bucket, e.to_bucket, e.amount), 0) - ledger.refunded_by(e))::bigint
  FROM ledger.entries e
  LEFT JOIN ledger.reservations r ON r.account_id = e.account_id AND r.reservation_id = e.reservation_id
  LEFT JOIN jobs.jobs j ON j.account_id = e.account_id AND j.job_id = r.job_id
  WHERE e.account_id = p_account_id AND e.kind IN ('commit', 'spend', 'refund', 'void')
    AND e.seq > ledger.last_entry_before(p_account_id, p_from)
    AND e.seq <= ledger.last_entry_before(p_account_id, p_to)
  GROUP BY 1, 2 HAVING sum(e.amount) > 0 ORDER BY 1, 2
$$;
