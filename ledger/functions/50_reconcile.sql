-- The invariants of the ledger as queries that must return no rows. p_overdue_seconds: how long past its return_by a
-- reservation may still be open (60 s and one reconcile interval).
CREATE OR REPLACE FUNCTION ledger.reconcile(p_overdue_seconds float)
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH folded AS MATERIALIZED (
    SELECT e.account_id, e.grant_id,
      -sum(d.outside) AS amount, sum(d.available) AS available, sum(d.reserved) AS reserved, sum(d.spent) AS spent,
      sum(d.expired) AS expired, sum(d.voided) AS voided
    FROM ledger.entries e, ledger.deltas(e.from_bucket, e.to_bucket, e.amount) d GROUP BY 1, 2
  ), due AS (
    SELECT ledger.clock() - make_interval(secs => p_overdue_seconds) AS at
  )
  SELECT 'entries_fold_to_grants', account_id, grant_id, jsonb_build_object('grant', to_jsonb(g), 'folded', to_jsonb(f))
  FROM ledger.grants g FULL JOIN folded f USING (account_id, grant_id)
  WHERE (g.amount, g.available, g.reserved, g.spent, g.expired, g.voided)
        IS DISTINCT FROM (f.amount, f.available, f.reserved, f.spent, f.expired, f.voided)
  UNION ALL SELECT 'grant_buckets_sum_to_amount', g.account_id, g.grant_id, to_jsonb(g)
  FROM ledger.grants g WHERE g.amount <> g.available + g.reserved + g.spent + g.expired + g.voided
    OR least(g.available, g.reserved, g.spent, g.expired, g.voided) < 0
    OR (g.voided_at IS NOT NULL AND g.available > 0)
  UNION ALL
  SELECT 'grants_sum_to_account', account_id, NULL, jsonb_build_object('account', to_jsonb(a), 'grants', to_jsonb(s))
  FROM ledger.accounts a LEFT JOIN (
    SELECT g.account_id, sum(g.available) AS available, sum(g.reserved) AS reserved, sum(g.spent) AS spent,
           sum(g.expired) AS expired, sum(g.voided) AS voided
    FROM ledger.grants g GROUP BY 1
  ) s USING (account_id) WHERE (a.available, a.reserved, a.spent, a.expired, a.voided)
        IS DISTINCT FROM (s.available, s.reserved, s.spent, s.expired, s.voided)
    AND (s.account_id IS NOT NULL OR a.available + a.reserved + a.spent + a.expired + a.voided > 0)
  UNION ALL
  SELECT 'reserved_is_open_reservations', account_id, NULL, jsonb_build_object('reserved', a.reserved, 'open', o.amount)
  FROM ledger.accounts a LEFT JOIN (
    SELECT r.account_id, sum(r.amount) AS amount FROM ledger.reservations r WHERE r.state = 'open' GROUP BY 1
  ) o USING (account_id) WHERE a.reserved <> coalesce(o.amount, 0)
  UNION ALL SELECT 'expiry_is_not_missed', account_id, g.grant_id, to_jsonb(g)
  FROM ledger.grants g JOIN ledger.accounts a USING (account_id)
  WHERE g.available > 0 AND g.expires_at < a.next_expiry_at
  UNION ALL SELECT 'reservation_ends_once', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r
  WHERE r.committed + r.released <> CASE r.state WHEN 'open' THEN 0 ELSE r.amount END
    OR r.amount <> coalesce((SELECT sum(p.amount) FROM unnest(r.portions) p), 0)
  UNION ALL SELECT 'reservation_is_in_the_journal', account_id, reservation_id,
         jsonb_build_object('reservation', to_jsonb(r), 'journal', to_jsonb(j))
  FROM (SELECT * FROM ledger.reservations WHERE amount > 0) r FULL JOIN (
    SELECT e.account_id, e.reservation_id,
           sum(e.amount) FILTER (WHERE e.from_bucket = 'available' AND e.to_bucket <> 'expired') AS reserved,
           coalesce(sum(e.amount) FILTER (WHERE e.to_bucket = 'spent'), 0) AS committed,
           coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'reserved' AND e.kind <> 'commit'), 0) AS released,
           coalesce(sum(e.amount) FILTER (WHERE e.from_bucket = 'spent'), 0) AS refunded
    FROM ledger.entries e WHERE e.reservation_id IS NOT NULL GROUP BY 1, 2
  ) j USING (account_id, reservation_id) WHERE (r.amount, r.committed, r.released, r.refunded)
        IS DISTINCT FROM (j.reserved, j.committed, j.released, j.refunded)
  UNION ALL SELECT 'entries_count_up_without_gaps', account_id, account_id,
         jsonb_build_object('entry_seq', a.entry_seq, 'entries', e.entries, 'last', e.last)
  FROM ledger.accounts a LEFT JOIN (
    SELECT e.account_id, count(*) AS entries, max(e.seq) AS last FROM ledger.entries e GROUP BY 1
  ) e USING (account_id) WHERE a.entry_seq <> coalesce(e.entries, 0) OR a.entry_seq <> coalesce(e.last, 0)
  UNION ALL SELECT checked.name, checked.account_id, checked.seq::text, to_jsonb(checked) FROM (
    SELECT 'balance_after_follows_entries' AS name, e.account_id, e.seq, e.balance_after <>
             sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount)) OVER before AS is_wrong
    FROM ledger.entries e WINDOW before AS (PARTITION BY e.account_id ORDER BY e.seq)
    UNION ALL
    SELECT 'entries_are_in_order_of_time', e.account_id, e.seq, e.created_at < lag(e.created_at) OVER before
    FROM ledger.entries e WINDOW before AS (PARTITION BY e.account_id ORDER BY e.seq)
  ) checked WHERE checked.is_wrong
  UNION ALL SELECT 'refunds_sum_to_refunded', account_id, reservation_id,
         jsonb_build_object('reservation', to_jsonb(r), 'refunds', f.amount)
  FROM ledger.reservations r LEFT JOIN (
    SELECT f.account_id, f.reservation_id, sum(f.amount) AS amount FROM ledger.refunds f GROUP BY 1, 2
  ) f USING (account_id, reservation_id) WHERE r.refunded <> coalesce(f.amount, 0) OR r.refunded > r.committed
  UNION ALL SELECT 'plan_grants_are_the_highest_plan', coalesce(p.account_id, g.account_id),
         coalesce(p.period_starts_at, g.starts_at)::text, jsonb_build_object('period', to_jsonb(p), 'grants', g.amount)
  FROM (SELECT * FROM ledger.plan_periods WHERE NOT is_skipped) p FULL JOIN (
    SELECT g.account_id, to_timestamp(split_part(g.grant_id, '_', -2)::bigint) AS starts_at, sum(g.amount) AS amount
    FROM ledger.grants g WHERE g.source = 'plan' AND g.grant_id LIKE 'grant\_plan\_%' GROUP BY 1, 2
  ) g ON g.account_id = p.account_id AND g.starts_at = date_trunc('second', p.period_starts_at)
  WHERE p.granted IS DISTINCT FROM g.amount
  UNION ALL SELECT 'referral_is_paid_once_after_a_plan', r.account_id, r.inviter_id, to_jsonb(r)
  FROM ledger.referrals r
  LEFT JOIN ledger.plans p ON p.account_id = r.account_id
  LEFT JOIN ledger.grants g ON g.account_id = r.inviter_id AND g.grant_id = 'grant_referral_' || r.account_id
    AND g.source = 'referral'
  WHERE (r.paid_at IS NULL, r.paid_at IS NULL) <> (p.account_id IS NULL, g.grant_id IS NULL)
  UNION ALL SELECT 'usage_is_what_was_reserved_and_spent', account_id, name,
         jsonb_build_object('usage', to_jsonb(u), 'counted', n.used)
  FROM ledger.usage u FULL JOIN (
    SELECT r.account_id, s.spender, s.name, r.period_starts_at, sum(r.amount - r.released - r.refunded) AS used
    FROM ledger.reservations r CROSS JOIN LATERAL ledger.spenders_of(r.member, r.project) s
    GROUP BY 1, 2, 3, 4
  ) n USING (account_id, spender, name, period_starts_at) WHERE coalesce(u.used, 0) <> coalesce(n.used, 0)
  UNION ALL SELECT 'period_spend_is_what_was_spent_in_it', account_id, account_id,
         jsonb_build_object('account', to_jsonb(a), 'spent', s.spent)
  FROM ledger.accounts a LEFT JOIN (
    SELECT r.account_id, sum(r.committed - r.refunded) AS spent
    FROM ledger.reservations r JOIN ledger.accounts o USING (account_id)
    WHERE r.settled_at >= o.period_starts_at GROUP BY 1
  ) s USING (account_id) WHERE a.spent - a.spent_before <> coalesce(s.spent, 0)
  UNION ALL SELECT 'renewal_is_overdue', p.account_id, p.plan, to_jsonb(p)
  FROM ledger.plans p, due WHERE p.renewal = 'automatic' AND p.plan IS NOT NULL AND p.period_ends_at < due.at
  UNION ALL SELECT f.* FROM ledger.reconcile_report() f
  UNION ALL SELECT 'open_past_return_by', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r, due WHERE r.state = 'open' AND r.return_by < due.at LIMIT 1000
$$;
