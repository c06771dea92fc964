-- Ends a reservation. p_amount: what a commit costs; the rest returns. p_expired_policy: for credits whose grant
-- expired while they were reserved. committed | released (how it ended, by whichever call) | not_found |
-- exceeds_reserved | key_reused (a second commit of another amount) | invalid_amount. The release of an unknown id
-- leaves a tombstone.
CREATE OR REPLACE FUNCTION ledger.settle(
  p_account ledger.accounts, p_reservation_id text, p_verb ledger.settle_verb, p_amount bigint, p_cause text,
  p_expired_policy ledger.expired_policy, p_return_grant_hours int
) RETURNS ledger.settled LANGUAGE plpgsql AS $$
DECLARE
  v_held    ledger.reservations;
  v_cost    bigint := CASE p_verb WHEN 'commit' THEN p_amount ELSE 0 END;
  v_left    bigint := v_cost;
  v_portion ledger.portion;
  v_moves   ledger.move[] := '{}';
  v_after   ledger.accounts;
  v_outcome text;
BEGIN
  SELECT r.* INTO v_held FROM ledger.reservation_of(p_account.account_id, p_reservation_id) r;
  v_outcome := CASE
    WHEN p_verb = 'commit' AND (v_cost > 0 OR v_cost = coalesce(v_held.amount, 0)) IS NOT TRUE THEN 'invalid_amount'
    WHEN p_verb = 'commit' AND NOT FOUND THEN 'not_found'
    WHEN v_held.state = 'open' AND v_cost > v_held.amount THEN 'exceeds_reserved'
    WHEN v_held.state = 'committed' AND p_verb = 'commit' AND v_held.committed <> v_cost THEN 'key_reused'
    WHEN v_held.state <> 'open' THEN v_held.state::text END;
  IF v_outcome IS NOT NULL THEN
    RETURN ROW(v_outcome, v_held.settled_at IS NOT NULL, v_held.committed, v_held.released)::ledger.settled;
  ELSIF v_held.reservation_id IS NULL THEN
    INSERT INTO ledger.reservations (account_id, reservation_id, reason, amount, state, period_starts_at, return_by,
                                     created_at)
    VALUES (p_account.account_id, p_reservation_id, 'tombstone', 0, 'open', p_account.moved_at, p_account.moved_at,
            p_account.moved_at) RETURNING * INTO v_held;
  END IF;
  -- The first credits in burn order are spent; the rest goes back.
  FOREACH v_portion IN ARRAY v_held.portions LOOP
    EXIT WHEN v_left = 0;
    v_moves := v_moves || ROW(v_portion.grant_id, 'commit', 'reserved', 'spent', least(v_left, v_portion.amount),
                              p_reservation_id, 'delivered')::ledger.move;
    v_left := greatest(v_left - v_portion.amount, 0);
  END LOOP;
  v_moves := v_moves || ledger.moves_back(p_account, v_held, 'reserved', v_cost, v_held.amount, p_cause,
    p_expired_policy, 'grant_return_' || p_reservation_id, make_interval(hours => p_return_grant_hours));
  PERFORM ledger.count_usage(p_account, v_held.member, v_held.project, v_held.period_starts_at, v_cost - v_held.amount);
  v_after := ledger.post(p_account, v_moves);
  UPDATE ledger.reservations r
  SET state = CASE p_verb WHEN 'commit' THEN 'committed' ELSE 'released' END::ledger.reservation_state,
      committed = v_cost, released = r.amount - v_cost, settled_at = p_account.moved_at,
      settle_entries = int8range(p_account.entry_seq + 1, v_after.entry_seq + 1)
  WHERE r.account_id = p_account.account_id AND r.reservation_id = p_reservation_id RETURNING r.* INTO v_held;
  RETURN ROW(v_held.state, false, v_held.committed, v_held.released)::ledger.settled;
END $$;

-- The moves that give credits back. The portions of a reservation lie end to end in burn order, spent credits first;
-- the stretch from p_start to p_end returns, last given first, each portion by the state of its grant. Credits of an
-- expired grant go to a new one (p_new_grant_id): goodwill for spent credits, return for reserved ones, both of
-- priority 2 (domain/credits/grant-rules.ts). A return grant lives for p_new_lives or to the end of the period (of the
-- account, while a plan awaits renewal), the later.
CREATE OR REPLACE FUNCTION ledger.moves_back(
  p_account ledger.accounts, p_held ledger.reservations, p_from ledger.bucket, p_start bigint, p_end bigint,
  p_reason text, p_expired_policy text, p_new_grant_id text, p_new_lives interval
) RETURNS ledger.move[] LANGUAGE plpgsql AS $$
DECLARE
  v_id    text := p_held.reservation_id;
  v_kind  ledger.entry_kind := CASE p_from WHEN 'spent' THEN 'refund' ELSE 'release' END;
  v_upper bigint := p_held.amount;  -- where the portion in hand ends
  v_here  bigint;
  v_portion ledger.portion;
  v_grant ledger.grants;
  v_moves ledger.move[] := '{}';
BEGIN
  IF p_start = p_end THEN
    RETURN v_moves;
  END IF;
  FOR n IN REVERSE cardinality(p_held.portions) .. 1 LOOP
    v_portion := p_held.portions[n];
    v_here := least(v_upper, p_end) - greatest(v_upper - v_portion.amount, p_start);
    v_upper := v_upper - v_portion.amount;
    CONTINUE WHEN v_here <= 0;
    SELECT g.* INTO STRICT v_grant FROM ledger.grants g
    WHERE g.account_id = p_account.account_id AND g.grant_id = v_portion.grant_id;
    v_moves := v_moves || CASE
      -- Voided wins over expired: what was charged back never becomes spendable again.
      WHEN v_grant.voided_at IS NOT NULL THEN ARRAY[
        ROW(v_grant.grant_id, 'void', p_from, 'voided', v_here, v_id, p_reason)::ledger.move]
      WHEN v_grant.expires_at > p_account.moved_at THEN ARRAY[
        ROW(v_grant.grant_id, v_kind, p_from, 'available', v_here, v_id, p_reason)::ledger.move]
      WHEN p_expired_policy = 'expire' THEN ARRAY[
        ROW(v_grant.grant_id, v_kind, p_from, 'available', v_here, v_id, p_reason)::ledger.move,
        ROW(v_grant.grant_id, 'expire', 'available', 'expired', v_here, v_id, p_reason)::ledger.move]
      ELSE ARRAY[
        ROW(v_grant.grant_id, 'expire', p_from, 'expired', v_here, v_id, p_reason)::ledger.move,
        ROW(p_new_grant_id, v_kind, 'outside', 'available', v_here, v_id, p_reason)::ledger.move] END;
  END LOOP;
  IF EXISTS (SELECT 1 FROM unnest(v_moves) m WHERE m.from_bucket = 'outside') THEN
    PERFORM ledger.make_grant(
      p_account, p_new_grant_id, CASE p_from WHEN 'spent' THEN 'goodwill' ELSE 'return' END, 2,
      greatest(p_account.moved_at + p_new_lives, (
        SELECT CASE WHEN l.next_plan IS NOT NULL THEN p_account.period_ends_at ELSE l.period_ends_at END
        FROM ledger.plans l WHERE l.account_id = p_account.account_id AND p_from = 'reserved')));
  END IF;
  RETURN v_moves;
END $$;
