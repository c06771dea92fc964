-- What an account was charged from an instant to another, by the day (of the account's clock, in UTC) and by what for:
-- the kind of the job, or of metered use its reason. What was refunded is taken off on the day of the refund. A million
-- entries take about 2 s: so much memory keeps what they are joined with off the disk, and a function per entry would
-- double it.
CREATE OR REPLACE FUNCTION jobs.read_usage(p_account_id text, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (day text, kind text, credits bigint) LANGUAGE sql STABLE SET work_mem = '32MB' AS $$
  SELECT to_char(d.day, 'YYYY-MM-DD'), d.kind, d.credits::bigint FROM (
    SELECT (e.created_at AT TIME ZONE 'UTC')::date AS day, coalesce(j.kind, e.reason, 'other') AS kind,
           sum(CASE WHEN e.to_bucket = 'spent' THEN e.amount
                    WHEN e.kind = 'refund' OR e.kind = 'void' AND e.from_bucket = 'spent' THEN -e.amount
                    ELSE 0 END) AS credits
    FROM ledger.entries e
    LEFT JOIN ledger.reservations r ON r.account_id = e.account_id AND r.reservation_id = e.reservation_id
    LEFT JOIN jobs.jobs j ON j.account_id = e.account_id AND j.job_id = r.job_id
    WHERE e.account_id = p_account_id AND e.kind IN ('commit', 'spend', 'refund', 'void')
      AND e.seq > ledger.last_entry_before(p_account_id, p_from)
      AND e.seq <= ledger.last_entry_before(p_account_id, p_to)
    GROUP BY 1, 2) d
  ORDER BY 1, 2
$$;
