-- The invariants of the ledger as queries that must return no rows.
-- p_overdue_seconds: how long past its return_by a reservation may still be open (60 s and one reconcile interval).
CREATE OR REPLACE FUNCTION ledger.reconcile(p_overdue_seconds double precision)
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
  SELECT 'grants_sum_to_account', a.account_id, a.account_id,
         jsonb_build_object('account', to_jsonb(a), 'grants', to_jsonb(s))
  FROM ledger.accounts a
  LEFT JOIN (
    SELECT g.account_id, sum(g.available) AS available, sum(g.reserved) AS reserved, sum(g.spent) AS spent,
           sum(g.expired) AS expired, sum(g.voided) AS voided
    FROM ledger.grants g GROUP BY g.account_id
  ) s ON s.account_id = a.account_id
  WHERE (a.available, a.reserved, a.spent, a.expired, a.voided) IS DISTINCT FROM
        (coalesce(s.available, 0), coalesce(s.reserved, 0), coalesce(s.spent, 0), coalesce(s.expired, 0),
         coalesce(s.voided, 0))
  UNION ALL
  SELECT 'reserved_is_open_reservations', a.account_id, a.account_id,
         jsonb_build_object('account', to_jsonb(a), 'open', coalesce(o.amount, 0))
  FROM ledger.accounts a
  LEFT JOIN (
    SELECT r.account_id, sum(r.amount) AS amount FROM ledger.reservations r WHERE r.state = 'open' GROUP BY r.account_id
  ) o ON o.account_id = a.account_id
  WHERE a.reserved <> coalesce(o.amount, 0)
  UNION ALL
  SELECT 'expiry_is_not_missed', g.account_id, g.grant_id,
         jsonb_build_object('grant', to_jsonb(g), 'next_expiry_at', a.next_expiry_at)
  FROM ledger.grants g JOIN ledger.accounts a ON a.account_id = g.account_id
  WHERE g.available > 0 AND g.expires_at < a.next_expiry_at
  UNION ALL
  SELECT 'reservation_ends_once', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r
  WHERE r.committed + r.released <> CASE r.state WHEN 'open' THEN 0 ELSE r.amount END
    OR r.committed > r.amount
    OR r.amount <> coalesce((SELECT sum(p) FROM unnest(r.part_amounts) p), 0)
  UNION ALL
  SELECT 'reservation_is_in_the_journal', coalesce(r.account_id, j.account_id),
         coalesce(r.reservation_id, j.reservation_id), jsonb_build_object('reservation', to_jsonb(r), 'journal', to_jsonb(j))
  FROM (SELECT * FROM ledger.reservations WHERE amount > 0) r
  FULL JOIN (
    SELECT e.account_id, e.reservation_id,
           sum(e.amount) FILTER (WHERE e.from_bucket = 'available' AND e.to_bucket IN ('reserved', 'spent')) AS reserved,
           coalesce(sum(e.amount) FILTER (WHERE e.to_bucket = 'spent'), 0) AS committed,
           coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'reserved' AND e.kind <> 'commit'), 0) AS released,
           coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'spent'), 0) AS refunded
    FROM ledger.entries e WHERE e.reservation_id IS NOT NULL GROUP BY e.account_id, e.reservation_id
  ) j ON j.account_id = r.account_id AND j.reservation_id = r.reservation_id
  WHERE (r.amount, r.committed, r.released, r.refunded) IS DISTINCT FROM (j.reserved, j.committed, j.released, j.refunded)
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
  SELECT 'entries_are_in_order_of_time', e.account_id, e.seq::text, to_jsonb(e)
  FROM (
    SELECT e.account_id, e.seq, e.created_at,
           lag(e.created_at) OVER (PARTITION BY e.account_id ORDER BY e.seq) AS before
    FROM ledger.entries e
  ) e WHERE e.created_at < e.before
  UNION ALL
  SELECT 'refunds_sum_to_refunded', r.account_id, r.reservation_id,
         jsonb_build_object('reservation', to_jsonb(r), 'refunds', f.amount)
  FROM ledger.reservations r
  LEFT JOIN (
    SELECT f.account_id, f.reservation_id, sum(f.amount) AS amount FROM ledger.refunds f GROUP BY 1, 2
  ) f ON f.account_id = r.account_id AND f.reservation_id = r.reservation_id
  WHERE r.refunded <> coalesce(f.amount, 0) OR r.refunded > r.committed
  UNION ALL
  SELECT 'plan_grants_are_the_highest_plan', coalesce(p.account_id, g.account_id),
         coalesce(p.period_starts_at, g.starts_at)::text, jsonb_build_object('period', to_jsonb(p), 'grants', g.amount)
  FROM (SELECT * FROM ledger.plan_periods WHERE NOT is_skipped) p
  FULL JOIN (
    SELECT g.account_id, to_timestamp(split_part(g.grant_id, '_', -2)::bigint) AS starts_at, sum(g.amount) AS amount
    FROM ledger.grants g WHERE g.source = 'plan' AND g.grant_id LIKE 'grant\_plan\_%' GROUP BY 1, 2
  ) g ON g.account_id = p.account_id AND g.starts_at = date_trunc('second', p.period_starts_at)
  WHERE p.granted IS DISTINCT FROM g.amount
  UNION ALL
  SELECT 'referral_is_paid_once_after_a_plan', r.account_id, r.inviter_id, to_jsonb(r)
  FROM ledger.referrals r
  WHERE (r.paid_at IS NOT NULL) <> EXISTS (SELECT 1 FROM ledger.plans p WHERE p.account_id = r.account_id)
    OR (r.paid_at IS NOT NULL) <> EXISTS (
      SELECT 1 FROM ledger.grants g
      WHERE g.account_id = r.inviter_id AND g.grant_id = 'grant_referral_' || r.account_id AND g.source = 'referral')
  UNION ALL
  SELECT 'voided_grant_has_nothing_available', g.account_id, g.grant_id, to_jsonb(g)
  FROM ledger.grants g WHERE g.voided_at IS NOT NULL AND g.available > 0
  UNION ALL
  SELECT 'usage_is_what_was_held_and_spent', coalesce(u.account_id, n.account_id), coalesce(u.name, n.name),
         jsonb_build_object('usage', to_jsonb(u), 'counted', n.used)
  FROM ledger.usage u
  FULL JOIN (
    SELECT r.account_id, s.spender, s.name, r.period_starts_at, sum(r.amount - r.released - r.refunded) AS used
    FROM ledger.reservations r CROSS JOIN LATERAL ledger.spenders_of(r.member, r.project) s
    WHERE r.member IS NOT NULL OR r.project IS NOT NULL
    GROUP BY 1, 2, 3, 4
  ) n ON n.account_id = u.account_id AND n.spender = u.spender AND n.name = u.name
    AND n.period_starts_at = u.period_starts_at
  WHERE u.used IS DISTINCT FROM n.used
  UNION ALL
  SELECT 'period_spend_is_what_was_spent_in_it', a.account_id, a.account_id,
         jsonb_build_object('account', to_jsonb(a), 'spent', coalesce(s.spent, 0))
  FROM ledger.accounts a
  LEFT JOIN (
    SELECT r.account_id, sum(r.committed - r.refunded) AS spent
    FROM ledger.reservations r JOIN ledger.accounts o ON o.account_id = r.account_id
    WHERE r.settled_at >= o.period_starts_at GROUP BY r.account_id
  ) s ON s.account_id = a.account_id
  WHERE a.spent - a.spent_before <> coalesce(s.spent, 0)
  UNION ALL
  SELECT 'renewal_is_overdue', p.account_id, p.plan, to_jsonb(p)
  FROM ledger.plans p
  WHERE p.renewal = 'automatic' AND p.plan IS NOT NULL
    AND p.period_ends_at < ledger.clock() - make_interval(secs => p_overdue_seconds)
  UNION ALL
  SELECT 'open_past_return_by', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r
  WHERE r.state = 'open' AND r.return_by < ledger.clock() - make_interval(secs => p_overdue_seconds)
  LIMIT 1000
$$;
