-- Ends a reservation. p_amount (of a commit): what it cost, the rest returns; p_expired_policy: what becomes of credits
-- whose grant expired while they were reserved. committed | released (the loser of a race reads the winner's word) |
-- not_found | exceeds_reserved | key_reused (a second commit of another amount) | invalid_amount. The release of an
-- unknown id leaves a tombstone, so that a reserve that arrives late moves nothing.
CREATE OR REPLACE FUNCTION ledger.settle(
  p_account ledger.accounts, p_reservation_id text, p_verb ledger.settle_verb, p_amount bigint, p_cause text,
  p_expired_policy ledger.expired_policy, p_return_grant_hours int
) RETURNS ledger.settled LANGUAGE plpgsql AS $$
DECLARE
  v_reservation ledger.reservations;
  v_spent       bigint := CASE p_verb WHEN 'commit' THEN p_amount ELSE 0 END;
  v_refusal     text;
BEGIN
  SELECT r.* INTO v_reservation FROM ledger.reservations r
  WHERE r.account_id = p_account.account_id AND r.reservation_id = p_reservation_id;
  v_refusal := CASE
    WHEN p_verb = 'commit' AND (v_spent IS NULL OR v_spent < 0 OR (v_spent = 0 AND v_reservation.amount > 0))
      THEN 'invalid_amount'
    WHEN p_verb = 'commit' AND NOT FOUND THEN 'not_found'
    WHEN v_reservation.state = 'open' AND v_spent > v_reservation.amount THEN 'exceeds_reserved'
    WHEN v_reservation.state = 'committed' AND p_verb = 'commit' AND v_reservation.committed <> v_spent
      THEN 'key_reused' END;
  IF v_refusal IS NOT NULL AND v_refusal <> 'key_reused' THEN
    RETURN ROW(v_refusal, false, NULL, NULL, p_account.moved_at)::ledger.settled;
  ELSIF v_reservation.reservation_id IS NULL THEN
    INSERT INTO ledger.reservations (
      account_id, reservation_id, reason, amount, state, part_grant_ids, part_amounts, cause, period_starts_at,
      return_by, created_at, settled_at, reserve_entries, settle_entries)
    VALUES (
      p_account.account_id, p_reservation_id, 'tombstone', 0, 'released', '{}', '{}', p_cause, p_account.moved_at,
      p_account.moved_at, p_account.moved_at, p_account.moved_at, 'empty', 'empty');
    RETURN ROW('released', false, 0, 0, p_account.moved_at)::ledger.settled;
  ELSIF v_reservation.state <> 'open' THEN
    RETURN ROW(coalesce(v_refusal, v_reservation.state::text), true, v_reservation.committed, v_reservation.released,
               p_account.moved_at)::ledger.settled;
  END IF;
  RETURN ledger.settle_open(p_account, v_reservation, p_verb, v_spent, p_cause, p_expired_policy, p_return_grant_hours);
END $$;

-- Ends an open reservation: of what each grant gave, in burn order, the first credits are spent, as many as the commit
-- says; the rest goes back, last given first returned, to where its grant's fate sends it.
CREATE OR REPLACE FUNCTION ledger.settle_open(
  p_account ledger.accounts, p_reservation ledger.reservations, p_verb text, p_spent bigint, p_cause text,
  p_expired_policy text, p_return_grant_hours int
) RETURNS ledger.settled LANGUAGE plpgsql AS $$
DECLARE
  v_id      text := p_reservation.reservation_id;
  v_parts   bigint[] := p_reservation.part_amounts;
  v_outcome ledger.reservation_state := CASE p_verb WHEN 'commit' THEN 'committed' ELSE 'released' END;
  v_left    bigint := p_spent;
  v_back    bigint := p_reservation.amount - p_spent;
  v_here    bigint;
  v_moves   ledger.move[] := '{}';
  v_entries int8range;
BEGIN
  FOR n IN 1 .. cardinality(v_parts) LOOP
    EXIT WHEN v_left = 0;
    v_here := least(v_left, v_parts[n]);
    v_moves := v_moves || ROW(p_reservation.part_grant_ids[n], 'commit', 'reserved', 'spent', v_here, v_id,
                              'delivered')::ledger.move;
    v_left := v_left - v_here;
    v_parts[n] := v_parts[n] - v_here;
  END LOOP;
  IF v_back > 0 THEN
    FOR n IN REVERSE cardinality(v_parts) .. 1 LOOP
      EXIT WHEN v_parts[n] = 0;
      v_moves := v_moves || ledger.moves_back(p_account, p_reservation.part_grant_ids[n], 'reserved', v_parts[n], v_id,
                                              p_cause, p_expired_policy, 'grant_return_' || v_id);
    END LOOP;
    IF EXISTS (SELECT 1 FROM unnest(v_moves) m WHERE m.from_bucket = 'outside') THEN
      PERFORM ledger.make_grant(p_account, 'grant_return_' || v_id, 'return', 2,
                                ledger.return_grant_expiry(p_account, p_return_grant_hours), p_cause);
    END IF;
    PERFORM ledger.count_usage(p_account.account_id, p_reservation.member, p_reservation.project,
                               p_reservation.period_starts_at, -v_back);
  END IF;
  v_entries := ledger.post(p_account, v_moves);
  UPDATE ledger.reservations r
  SET state = v_outcome, committed = p_spent, released = v_back, cause = p_cause, settled_at = p_account.moved_at,
      settle_entries = v_entries
  WHERE r.account_id = p_account.account_id AND r.reservation_id = v_id;
  RETURN ROW(v_outcome, false, p_spent, v_back, p_account.moved_at)::ledger.settled;
END $$;

-- The moves of what comes back to one grant: of a reservation that is released, or of spent credits that are refunded.
-- p_new_grant_id: the grant that holds them when theirs has expired.
CREATE OR REPLACE FUNCTION ledger.moves_back(
  p_account ledger.accounts, p_grant_id text, p_from ledger.bucket, p_amount bigint, p_reservation_id text,
  p_reason text, p_expired_policy text, p_new_grant_id text
) RETURNS ledger.move[] LANGUAGE plpgsql AS $$
DECLARE
  v_kind  ledger.entry_kind := CASE p_from WHEN 'spent' THEN 'refund' ELSE 'release' END;
  v_grant ledger.grants;
BEGIN
  SELECT g.* INTO STRICT v_grant FROM ledger.grants g
  WHERE g.account_id = p_account.account_id AND g.grant_id = p_grant_id;
  RETURN CASE
    -- Voided wins over expired: what was charged back never becomes spendable again.
    WHEN v_grant.voided_at IS NOT NULL THEN ARRAY[
      ROW(p_grant_id, 'void', p_from, 'voided', p_amount, p_reservation_id, p_reason)::ledger.move]
    WHEN v_grant.expires_at > p_account.moved_at THEN ARRAY[
      ROW(p_grant_id, v_kind, p_from, 'available', p_amount, p_reservation_id, p_reason)::ledger.move]
    WHEN p_expired_policy = 'expire' THEN ARRAY[
      ROW(p_grant_id, v_kind, p_from, 'available', p_amount, p_reservation_id, p_reason)::ledger.move,
      ROW(p_grant_id, 'expire', 'available', 'expired', p_amount, p_reservation_id, p_reason)::ledger.move]
    ELSE ARRAY[
      ROW(p_grant_id, 'expire', p_from, 'expired', p_amount, p_reservation_id, p_reason)::ledger.move,
      ROW(p_new_grant_id, v_kind, 'outside', 'available', p_amount, p_reservation_id, p_reason)::ledger.move] END;
END $$;

-- A return grant lives to the later of so many hours and the end of the current period: of a plan that is not renewed
-- yet, of the period it will be renewed for, which is the account's.
CREATE OR REPLACE FUNCTION ledger.return_grant_expiry(p_account ledger.accounts, p_hours int) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT greatest(p_account.moved_at + make_interval(hours => p_hours), (
    SELECT CASE WHEN l.next_plan IS NOT NULL THEN p_account.period_ends_at ELSE l.period_ends_at END
    FROM ledger.plans l WHERE l.account_id = p_account.account_id))
$$;
