-- Up Migration
-- The invariants of the ledger as queries that must return no rows. Each names the invariant of the design it holds.
-- p_overdue_seconds: how long past its return_by a reservation may still be open (60 s and one reconcile interval).

CREATE FUNCTION ledger.reconcile(p_overdue_seconds double precision)
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH folded AS MATERIALIZED (
    SELECT e.account_id, e.grant_id,
      sum(CASE e.from_bucket WHEN 'outside' THEN e.amount ELSE 0 END) AS amount,
      sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount)) AS available,
      sum(ledger.delta('reserved', e.from_bucket, e.to_bucket, e.amount)) AS reserved,
      sum(ledger.delta('spent', e.from_bucket, e.to_bucket, e.amount)) AS spent,
      sum(ledger.delta('expired', e.from_bucket, e.to_bucket, e.amount)) AS expired,
      sum(ledger.delta('voided', e.from_bucket, e.to_bucket, e.amount)) AS voided
    FROM ledger.entries e GROUP BY e.account_id, e.grant_id
  )
  SELECT 'entries_fold_to_grants', coalesce(g.account_id, f.account_id), coalesce(g.grant_id, f.grant_id),
         jsonb_build_object('grant', to_jsonb(g), 'folded', to_jsonb(f))
  FROM ledger.grants g FULL JOIN folded f ON f.account_id = g.account_id AND f.grant_id = g.grant_id
  WHERE (g.amount, g.available, g.reserved, g.spent, g.expired, g.voided)
        IS DISTINCT FROM (f.amount, f.available, f.reserved, f.spent, f.expired, f.voided)
  UNION ALL
  SELECT 'grant_buckets_sum_to_amount', g.account_id, g.grant_id, to_jsonb(g)
  FROM ledger.grants g WHERE g.amount <> g.available + g.reserved + g.spent + g.expired + g.voided
    OR least(g.available, g.reserved, g.spent, g.expired, g.voided) < 0
  UNION ALL
  SELECT 'grants_sum_to_account', a.account_id, a.account_id, jsonb_build_object('account', to_jsonb(a), 'grants', to_jsonb(s))
  FROM ledger.accounts a
  LEFT JOIN (
    SELECT g.account_id, sum(g.available) AS available, sum(g.reserved) AS reserved, sum(g.spent) AS spent,
           sum(g.expired) AS expired, sum(g.voided) AS voided
    FROM ledger.grants g GROUP BY g.account_id
  ) s ON s.account_id = a.account_id
  WHERE (a.available, a.reserved, a.spent, a.expired, a.voided) IS DISTINCT FROM
        (coalesce(s.available, 0), coalesce(s.reserved, 0), coalesce(s.spent, 0), coalesce(s.expired, 0), coalesce(s.voided, 0))
  UNION ALL
  SELECT 'reserved_is_open_reservations', a.account_id, a.account_id,
         jsonb_build_object('account', to_jsonb(a), 'open', coalesce(o.amount, 0))
  FROM ledger.accounts a
  LEFT JOIN (
    SELECT r.account_id, sum(r.amount) AS amount FROM ledger.reservations r WHERE r.state = 'open' GROUP BY r.account_id
  ) o ON o.account_id = a.account_id
  WHERE a.reserved <> coalesce(o.amount, 0)
  UNION ALL
  SELECT 'expiry_is_not_missed', g.account_id, g.grant_id, jsonb_build_object('grant', to_jsonb(g), 'next_expiry_at', a.next_expiry_at)
  FROM ledger.grants g JOIN ledger.accounts a ON a.account_id = g.account_id
  WHERE g.available > 0 AND g.expires_at < a.next_expiry_at
  UNION ALL
  SELECT 'reservation_ends_once', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r
  WHERE (r.state = 'open' AND r.committed + r.released <> 0) OR (r.state <> 'open' AND r.committed + r.released <> r.amount)
    OR r.committed > r.amount
    OR r.amount <> coalesce((SELECT sum(p) FROM unnest(r.part_amounts) p), 0)
  UNION ALL
  SELECT 'reservation_is_in_the_journal', coalesce(r.account_id, j.account_id), coalesce(r.reservation_id, j.reservation_id),
         jsonb_build_object('reservation', to_jsonb(r), 'journal', to_jsonb(j))
  FROM (SELECT * FROM ledger.reservations WHERE amount > 0) r
  FULL JOIN (
    SELECT e.account_id, e.reservation_id,
           sum(e.amount) FILTER (WHERE e.from_bucket = 'available' AND e.to_bucket = 'reserved') AS reserved,
           coalesce(sum(e.amount) FILTER (WHERE e.kind = 'commit'), 0) AS committed,
           coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'reserved' AND e.kind <> 'commit'), 0) AS released
    FROM ledger.entries e WHERE e.reservation_id IS NOT NULL GROUP BY e.account_id, e.reservation_id
  ) j ON j.account_id = r.account_id AND j.reservation_id = r.reservation_id
  WHERE (r.amount, r.committed, r.released) IS DISTINCT FROM (j.reserved, j.committed, j.released)
  UNION ALL
  SELECT 'entries_count_up_without_gaps', a.account_id, a.account_id,
         jsonb_build_object('entry_seq', a.entry_seq, 'entries', coalesce(e.entries, 0), 'last', e.last)
  FROM ledger.accounts a
  LEFT JOIN (
    SELECT e.account_id, count(*) AS entries, max(e.seq) AS last FROM ledger.entries e GROUP BY e.account_id
  ) e ON e.account_id = a.account_id
  WHERE a.entry_seq <> coalesce(e.entries, 0) OR a.entry_seq <> coalesce(e.last, 0)
  UNION ALL
  SELECT 'balance_after_follows_entries', e.account_id, e.seq::text, to_jsonb(e)
  FROM (
    SELECT e.*, sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount))
                OVER (PARTITION BY e.account_id ORDER BY e.seq) AS running
    FROM ledger.entries e
  ) e WHERE e.running <> e.balance_after
  UNION ALL
  SELECT 'open_past_return_by', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r
  WHERE r.state = 'open' AND r.return_by < ledger.clock() - make_interval(secs => p_overdue_seconds)
  LIMIT 1000
$$;

-- Down Migration
