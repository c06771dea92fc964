-- Gives committed credits back to their grants (ledger.moves_back): p_amount, or all that is left. p_refund_id is the
-- key. refunded | not_found | state_conflict (nothing was committed) | exceeds_committed | invalid_amount | key_reused;
-- with the credits of this refund and of all refunds of the reservation.
CREATE OR REPLACE FUNCTION ledger.refund(
  p_account_id text, p_reservation_id text, p_refund_id text, p_amount bigint, p_reason text, p_actor text,
  p_goodwill_seconds float
) RETURNS TABLE (outcome text, credits bigint, refunded bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_account_id);
  v_known   ledger.refunds;
  v_held    ledger.reservations;
  v_left    bigint;
  v_after   ledger.accounts;
BEGIN
  SELECT f.* INTO v_known FROM ledger.refunds f WHERE f.account_id = p_account_id AND f.refund_id = p_refund_id;
  SELECT r.* INTO v_held FROM ledger.reservation_of(p_account_id, p_reservation_id) r;
  v_left := v_held.committed - v_held.refunded;
  outcome := CASE
    WHEN v_known.refund_id IS NOT NULL THEN
      CASE WHEN (v_known.reservation_id, v_known.asked) IS NOT DISTINCT FROM (p_reservation_id, p_amount)
           THEN 'refunded' ELSE 'key_reused' END
    WHEN v_held.reservation_id IS NULL OR v_held.reason = 'tombstone' THEN 'not_found'
    WHEN p_amount < 1 THEN 'invalid_amount'
    WHEN v_held.committed = 0 THEN 'state_conflict'
    WHEN coalesce(p_amount, 1) > v_left THEN 'exceeds_committed' END;
  credits := CASE outcome WHEN 'refunded' THEN v_known.amount END;
  refunded := v_held.refunded;
  IF outcome IS NULL THEN
    outcome := 'refunded';
    credits := coalesce(p_amount, v_left);
    refunded := refunded + credits;
    -- Earlier refunds took the end of the spent stretch; this one takes what lies before it.
    v_after := ledger.post(v_account, ledger.moves_back(
      v_account, v_held, 'spent', v_left - credits, v_left, p_reason, 'return_grant', 'grant_refund_' || p_refund_id,
      make_interval(secs => p_goodwill_seconds)));
    UPDATE ledger.reservations r SET refunded = r.refunded + credits
    WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id;
    -- A charge of an earlier period does not lower the spend of this one.
    UPDATE ledger.accounts a SET spent_before = a.spent_before - credits
    WHERE a.account_id = p_account_id AND v_held.settled_at < a.period_starts_at;
    PERFORM ledger.count_usage(v_account, v_held.member, v_held.project, v_held.period_starts_at, -credits);
    INSERT INTO ledger.refunds (account_id, refund_id, reservation_id, asked, amount, reason, entries, created_at)
    VALUES (p_account_id, p_refund_id, p_reservation_id, p_amount, credits, p_reason,
            int8range(v_account.entry_seq + 1, v_after.entry_seq + 1), v_account.moved_at);
    PERFORM ledger.record_action(p_account_id, p_actor, 'refund', p_reason, jsonb_build_object(
      'refund_id', p_refund_id, 'reservation_id', p_reservation_id, 'credits', credits), v_account.moved_at);
  END IF;
  RETURN NEXT;
END $$;
