-- An account's plan; nulls: it never had one. A cancelled plan is none once its period has ended.
CREATE OR REPLACE FUNCTION ledger.read_plan(p_account_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'plan', CASE WHEN p.next_plan IS NOT NULL OR p.period_ends_at > ledger.clock_of(p_account_id) THEN p.plan END,
    'period_start', p.period_starts_at, 'period_end', p.period_ends_at,
    'next_plan', p.next_plan, 'renewal', coalesce(p.renewal, 'by_call'))
  FROM (SELECT 1) one LEFT JOIN ledger.plans p ON p.account_id = p_account_id
$$;

-- Starts, renews, raises, lowers or ends an account's plan, as a billing system reports it; p_reference is the key.
-- p_plan null: it ends with the period. p_period_start null: the current period, or one that starts now. p_renewal
-- null: as it is (at first by_call). p_rules: {"plans": {name: credits}, "referral_credits", "referral_lives_months",
-- "oldest_period_months"}. set, with the plan after the first call | account_not_found | unknown_plan |
-- period_not_begun | period_too_old | key_reused. A report of a past period changes nothing.
CREATE OR REPLACE FUNCTION ledger.set_plan(
  p_account_id text, p_reference text, p_plan text, p_period_start timestamptz, p_renewal text, p_rules jsonb,
  p_actor text, p_reason text
) RETURNS TABLE (outcome text, is_replay boolean, answer jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_content jsonb := jsonb_build_object('plan', p_plan, 'period_start', p_period_start, 'renewal', p_renewal);
  v_now     timestamptz;
  v_inviter text;
  v_known   ledger.plan_calls;
  v_start   timestamptz;
BEGIN
  -- A shared lock: no referral is recorded between this read and the lock of the inviter.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('ledger.referrals', 0));
  SELECT r.inviter_id INTO v_inviter FROM ledger.referrals r WHERE r.account_id = p_account_id AND r.paid_at IS NULL;
  PERFORM ledger.lock_accounts(array_remove(ARRAY[p_account_id, v_inviter], NULL));
  PERFORM ledger.lock(v_inviter) WHERE v_inviter IS NOT NULL;
  v_now := ledger.lock(p_account_id);
  -- A billing system's clock differs from ours, and a renewal one second early would count for the period before.
  -- Within an hour of a period's start, that start is meant.
  v_start := coalesce((
    SELECT n.starts_at FROM ledger.plans p
    CROSS JOIN LATERAL ledger.months_after(
      p.anchor_at, ledger.period_number(p.anchor_at, p_period_start + interval '1 hour')) n (starts_at)
    WHERE p.account_id = p_account_id AND n.starts_at >= p_period_start - interval '1 hour'), p_period_start);
  SELECT c.* INTO v_known FROM ledger.plan_calls c WHERE c.account_id = p_account_id AND c.reference = p_reference;
  is_replay := FOUND;
  answer := v_known.answer;
  outcome := CASE
    WHEN is_replay THEN CASE WHEN v_known.content = v_content THEN 'set' ELSE 'key_reused' END
    WHEN NOT EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = p_account_id) THEN 'account_not_found'
    WHEN NOT p_rules->'plans' ? p_plan THEN 'unknown_plan'
    WHEN v_start > v_now THEN 'period_not_begun'
    WHEN v_start < ledger.months_after(v_now, -(p_rules->>'oldest_period_months')::int) THEN 'period_too_old' END;
  IF outcome IS NULL THEN
    outcome := 'set';
    PERFORM ledger.renew_plan(p_account_id, p_rules, v_now);
    PERFORM ledger.apply_plan(p_account_id, p_plan, v_start, p_renewal, p_rules, v_now);
    answer := ledger.read_plan(p_account_id);
    INSERT INTO ledger.plan_calls (account_id, reference, content, answer)
    VALUES (p_account_id, p_reference, v_content, answer);
    PERFORM ledger.record_action(p_account_id, p_actor, 'set_plan', p_reason,
                                 v_content || jsonb_build_object('reference', p_reference), v_now);
  END IF;
  RETURN NEXT;
END $$;

-- Applies the request to a plan that is renewed already, where that was due.
CREATE OR REPLACE FUNCTION ledger.apply_plan(
  p_account_id text, p_plan text, p_start timestamptz, p_renewal text, p_rules jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_plan ledger.plans;
BEGIN
  SELECT p.* INTO v_plan FROM ledger.plans p WHERE p.account_id = p_account_id;
  IF v_plan.plan IS NOT NULL AND v_plan.period_ends_at > p_now THEN
    IF coalesce(p_start >= v_plan.period_starts_at, true) THEN
      -- Up at once, with the difference to the highest plan held in this period; down, or to none, at its end. It is
      -- compared with what was granted: the plan held may be sold no longer.
      UPDATE ledger.plans p
      SET next_plan = p_plan, renewal = coalesce(p_renewal, p.renewal),
          plan = CASE WHEN (p_rules->'plans'->>p_plan)::bigint > (
                        SELECT n.granted FROM ledger.plan_periods n
                        WHERE n.account_id = p.account_id AND n.period_starts_at = p.period_starts_at) THEN p_plan
                      ELSE p.plan END
      WHERE p.account_id = p_account_id RETURNING p.plan INTO v_plan.plan;
      PERFORM ledger.grant_period(p_account_id, v_plan.plan, p_rules, p_now);
    END IF;
  ELSIF p_plan IS NULL THEN
    UPDATE ledger.plans SET plan = NULL, next_plan = NULL WHERE account_id = p_account_id;
  ELSIF coalesce(p_start >= v_plan.period_ends_at, true) THEN
    PERFORM ledger.start_plan(p_account_id, p_plan,
      coalesce(p_start, CASE WHEN v_plan.next_plan IS NOT NULL THEN v_plan.period_ends_at END, p_now),
      coalesce(p_renewal, v_plan.renewal, 'by_call'), p_rules, p_now);
  END IF;
END $$;

-- Begins a plan or its next period: on the old anchor where p_start is one of its periods, else on a new one. Periods
-- that passed unrenewed are recorded; only the current one is granted.
CREATE OR REPLACE FUNCTION ledger.start_plan(
  p_account_id text, p_plan text, p_start timestamptz, p_renewal text, p_rules jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_anchor timestamptz;
  v_missed timestamptz;  -- the first unrenewed period of a plan that was not cancelled
  v_number int;
BEGIN
  SELECT p.anchor_at, CASE WHEN p.next_plan IS NOT NULL THEN p.period_ends_at END INTO v_anchor, v_missed
  FROM ledger.plans p WHERE p.account_id = p_account_id
    AND ledger.months_after(p.anchor_at, ledger.period_number(p.anchor_at, p_start)) = p_start;
  v_anchor := coalesce(v_anchor, p_start);
  v_number := ledger.period_number(v_anchor, p_now);
  DELETE FROM ledger.plans WHERE account_id = p_account_id;
  INSERT INTO ledger.plans (account_id, plan, anchor_at, period_starts_at, period_ends_at, next_plan, renewal)
  VALUES (p_account_id, p_plan, v_anchor, ledger.months_after(v_anchor, v_number),
          ledger.months_after(v_anchor, v_number + 1), p_plan, p_renewal);
  -- Nothing could be spent in a period that has ended.
  INSERT INTO ledger.plan_periods (account_id, period_starts_at, period_ends_at, plan, granted, is_skipped)
  SELECT p_account_id, ledger.months_after(v_anchor, n), ledger.months_after(v_anchor, n + 1), p_plan, 0, true
  FROM generate_series(ledger.period_number(v_anchor, coalesce(v_missed, p_start)), v_number - 1) n
  ON CONFLICT DO NOTHING;
  PERFORM ledger.grant_period(p_account_id, p_plan, p_rules, p_now);
  PERFORM ledger.pay_referral(p_account_id, (p_rules->>'referral_credits')::bigint,
                              (p_rules->>'referral_lives_months')::int, p_now);
END $$;

-- Renews or ends an automatic plan whose period is over. Does nothing where nothing is due: it may run late or twice.
CREATE OR REPLACE FUNCTION ledger.renew_plan(p_account_id text, p_rules jsonb, p_now timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_plan ledger.plans;
BEGIN
  SELECT p.* INTO v_plan FROM ledger.plans p
  WHERE p.account_id = p_account_id AND p.plan IS NOT NULL AND p.renewal = 'automatic' AND p.period_ends_at <= p_now;
  IF NOT FOUND THEN
    RETURN 'not_due';
  ELSIF v_plan.next_plan IS NULL THEN
    UPDATE ledger.plans SET plan = NULL WHERE account_id = p_account_id;
    RETURN 'ended';
  ELSIF NOT p_rules->'plans' ? v_plan.next_plan THEN
    RETURN 'unknown_plan';
  END IF;
  PERFORM ledger.start_plan(p_account_id, v_plan.next_plan, v_plan.period_ends_at, v_plan.renewal, p_rules, p_now);
  RETURN 'renewed';
END $$;

-- Grants what the current period lacks of a plan's credits. Up, down and up again grants nothing.
CREATE OR REPLACE FUNCTION ledger.grant_period(p_account_id text, p_plan text, p_rules jsonb, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_credits bigint := (p_rules->'plans'->>p_plan)::bigint;
  v_plan    ledger.plans;
  v_granted bigint;
  v_entry   bigint;
BEGIN
  SELECT p.* INTO STRICT v_plan FROM ledger.plans p WHERE p.account_id = p_account_id;
  v_granted := coalesce((
    SELECT n.granted FROM ledger.plan_periods n
    WHERE n.account_id = p_account_id AND n.period_starts_at = v_plan.period_starts_at), 0);
  IF v_credits > v_granted IS NOT TRUE THEN
    RETURN;
  END IF;
  INSERT INTO ledger.plan_periods AS p (account_id, period_starts_at, period_ends_at, plan, granted, is_skipped)
  VALUES (p_account_id, v_plan.period_starts_at, v_plan.period_ends_at, p_plan, v_credits, false)
  ON CONFLICT (account_id, period_starts_at) DO UPDATE
  SET plan = excluded.plan, granted = excluded.granted, is_skipped = false;
  PERFORM ledger.grant_by_rule(p_account_id,
    format('grant_plan_%s_%s_%s', p_account_id, floor(extract(epoch FROM v_plan.period_starts_at))::bigint, v_credits),
    'plan', 1, v_credits - v_granted, v_plan.period_ends_at, NULL, p_plan);
  -- Credits that expire and are granted anew in one call are no fall of the balance.
  WITH taken_back AS (
    DELETE FROM ledger.low_balance_notices n USING ledger.accounts a
    WHERE n.account_id = p_account_id AND n.created_at = p_now
      AND a.account_id = p_account_id AND a.available >= a.low_balance_at
    RETURNING n.account_id
  )
  UPDATE ledger.accounts a SET is_low_noticed = false FROM taken_back t WHERE a.account_id = t.account_id;
  -- Spend is counted by the plan's periods from now on. The period may have begun before this call: what was spent
  -- since then, less refunds, is read from the journal.
  v_entry := ledger.last_entry_before(p_account_id, v_plan.period_starts_at);
  UPDATE ledger.accounts a
  SET period_starts_at = v_plan.period_starts_at, period_ends_at = v_plan.period_ends_at,
      spent_before = a.spent - coalesce((
        SELECT sum(ledger.delta('spent', e.from_bucket, e.to_bucket, e.amount))
        FROM ledger.entries e JOIN ledger.reservations r USING (account_id, reservation_id)
        WHERE e.account_id = p_account_id AND e.seq > v_entry AND r.settled_at >= v_plan.period_starts_at), 0)
  WHERE a.account_id = p_account_id
    AND (a.period_starts_at, a.period_ends_at) <> (v_plan.period_starts_at, v_plan.period_ends_at);
END $$;

-- Automatic plans whose period has ended, the longest overdue first, after a place in that order. The clock is read
-- once (a subquery), so that the index is read as far as it is due and no further.
CREATE OR REPLACE FUNCTION ledger.read_due_plans(p_after_due_at timestamptz, p_after_account_id text, p_limit int)
RETURNS TABLE (account_id text, due_at timestamptz) LANGUAGE sql STABLE AS $$
  SELECT p.account_id, p.period_ends_at FROM ledger.plans p
  WHERE p.renewal = 'automatic' AND p.plan IS NOT NULL AND p.period_ends_at <= (SELECT ledger.clock())
    AND (p.period_ends_at, p.account_id) > (p_after_due_at, p_after_account_id)
  ORDER BY p.period_ends_at, p.account_id LIMIT p_limit
$$;

-- Renews the plans of these accounts where that is due. Per account: renewed | ended | not_due | unknown_plan.
CREATE OR REPLACE FUNCTION ledger.renew_plans(p_account_ids text[], p_rules jsonb)
RETURNS TABLE (account_id text, outcome text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.lock_accounts(p_account_ids);
  RETURN QUERY SELECT i, ledger.renew_plan(i, p_rules, ledger.lock(i)) FROM unnest(p_account_ids) i;
END $$;
