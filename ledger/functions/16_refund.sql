-- Gives back committed credits, all that is left unless p_amount says less, to the grants they came from, last given
-- first returned; to the voided bucket of a voided one; for an expired one as a goodwill grant. The caller's id is the
-- key. refunded | not_found | state_conflict (nothing was committed) | exceeds_committed | invalid_amount | key_reused,
-- with what this refund gave and what the reservation has had back in all.
CREATE OR REPLACE FUNCTION ledger.refund(
  p_account_id text, p_reservation_id text, p_refund_id text, p_amount bigint, p_reason text, p_actor text,
  p_goodwill_seconds float
) RETURNS TABLE (outcome text, credits bigint, refunded bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_account     ledger.accounts := ledger.lock_account(p_account_id);
  v_known       ledger.refunds;
  v_reservation ledger.reservations;
  v_left        bigint;
BEGIN
  SELECT f.* INTO v_known FROM ledger.refunds f WHERE f.account_id = p_account_id AND f.refund_id = p_refund_id;
  SELECT r.* INTO v_reservation FROM ledger.reservations r
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id;
  v_left := v_reservation.committed - v_reservation.refunded;
  outcome := CASE
    WHEN v_known.refund_id IS NOT NULL THEN
      CASE WHEN (v_known.reservation_id, v_known.asked) IS NOT DISTINCT FROM (p_reservation_id, p_amount)
           THEN 'refunded' ELSE 'key_reused' END
    WHEN v_reservation.reservation_id IS NULL OR v_reservation.reason = 'tombstone' THEN 'not_found'
    WHEN p_amount < 1 THEN 'invalid_amount'
    WHEN v_reservation.committed = 0 THEN 'state_conflict'
    WHEN coalesce(p_amount, 1) > v_left THEN 'exceeds_committed' END;
  credits := CASE outcome WHEN 'refunded' THEN v_known.amount END;
  refunded := v_reservation.refunded;
  IF outcome IS NULL THEN
    outcome := 'refunded';
    credits := coalesce(p_amount, v_left);
    refunded := refunded + credits;
    PERFORM ledger.give_back(v_account, v_reservation, p_refund_id, p_amount, credits, p_reason, p_goodwill_seconds);
    PERFORM ledger.record_action(p_account_id, p_actor, 'refund', p_reason, jsonb_build_object(
      'refund_id', p_refund_id, 'reservation_id', p_reservation_id, 'credits', credits), v_account.moved_at);
  END IF;
  RETURN NEXT;
END $$;

-- What each grant gave is laid end to end: the first stretch, as long as committed, was spent. Of its end, so much is
-- back already as was refunded; this refund takes the stretch before that.
CREATE OR REPLACE FUNCTION ledger.give_back(
  p_account ledger.accounts, p_reservation ledger.reservations, p_refund_id text, p_asked bigint, p_amount bigint,
  p_reason text, p_goodwill_seconds float
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_id       text := p_reservation.reservation_id;
  v_goodwill text := 'grant_refund_' || p_refund_id;
  v_upper    bigint := p_reservation.amount;  -- where the part in hand ends
  v_end      bigint := p_reservation.committed - p_reservation.refunded;
  v_start    bigint := p_reservation.committed - p_reservation.refunded - p_amount;
  v_lower    bigint;
  v_moves    ledger.move[] := '{}';
BEGIN
  FOR n IN REVERSE cardinality(p_reservation.part_amounts) .. 1 LOOP
    v_lower := v_upper - p_reservation.part_amounts[n];
    IF least(v_upper, v_end) > greatest(v_lower, v_start) THEN
      v_moves := v_moves || ledger.moves_back(
        p_account, p_reservation.part_grant_ids[n], 'spent', least(v_upper, v_end) - greatest(v_lower, v_start), v_id,
        p_reason, 'return_grant', v_goodwill);
    END IF;
    v_upper := v_lower;
  END LOOP;
  IF EXISTS (SELECT 1 FROM unnest(v_moves) m WHERE m.from_bucket = 'outside') THEN
    PERFORM ledger.make_grant(p_account, v_goodwill, 'goodwill', 2,
                              p_account.moved_at + make_interval(secs => p_goodwill_seconds), p_reason);
  END IF;
  UPDATE ledger.reservations r SET refunded = r.refunded + p_amount
  WHERE r.account_id = p_account.account_id AND r.reservation_id = v_id;
  -- What was spent in an earlier period is not taken from this one's spend.
  UPDATE ledger.accounts a SET spent_before = a.spent_before - p_amount
  WHERE a.account_id = p_account.account_id AND p_reservation.settled_at < a.period_starts_at;
  PERFORM ledger.count_usage(p_account.account_id, p_reservation.member, p_reservation.project,
                             p_reservation.period_starts_at, -p_amount);
  INSERT INTO ledger.refunds (account_id, refund_id, reservation_id, asked, amount, reason, entries, created_at)
  VALUES (p_account.account_id, p_refund_id, v_id, p_asked, p_amount, p_reason,
          ledger.post(p_account, v_moves), p_account.moved_at);
END $$;
