-- Gives back committed credits, whole or in part, to the grants they came from, last given first returned: to a grant that
-- lives still; to the voided bucket of a voided one; else, the grant having expired, as a goodwill grant.
-- Items, in order: account_id, reservation_id, refund_id, amount (null: all that is left), reason, actor (see
-- record_action), goodwill_seconds (how long a goodwill grant lives).
--
-- Per item: refunded | not_found | state_conflict (nothing was committed) | exceeds_committed | invalid_amount | key_reused,
-- with what this refund gave and what the reservation has had back in all.
CREATE OR REPLACE FUNCTION ledger.refund(p_items jsonb) RETURNS TABLE (item int, outcome text, credits bigint, refunded bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now     timestamptz;
  v_item    record;
  v_outcome text;
BEGIN
  v_now := ledger.lock_accounts(ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i));
  FOR v_item IN
    SELECT i.* FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, reservation_id text, refund_id text, amount bigint,
      reason text, actor text, goodwill_seconds double precision)) WITH ORDINALITY
      AS i (account_id, reservation_id, refund_id, amount, reason, actor, goodwill_seconds, item) ORDER BY i.item
  LOOP
    v_outcome := ledger.refund_one(v_item.account_id, v_item.reservation_id, v_item.refund_id, v_item.amount, v_item.reason,
                                   v_item.actor, v_item.goodwill_seconds, v_now);
    RETURN QUERY
      SELECT v_item.item::int, v_outcome, f.amount, r.refunded
      FROM (SELECT 1) one
      LEFT JOIN ledger.refunds f ON v_outcome = 'refunded' AND f.account_id = v_item.account_id AND f.refund_id = v_item.refund_id
      LEFT JOIN ledger.reservations r ON r.account_id = v_item.account_id AND r.reservation_id = v_item.reservation_id;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ledger.refund_one(p_account_id text, p_reservation_id text, p_refund_id text, p_amount bigint, p_reason text,
                                  p_actor text, p_goodwill_seconds double precision, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_account  ledger.accounts;
  v_held     ledger.reservations;
  v_known    ledger.refunds;
  v_part     record;
  v_way      record;
  v_moves    ledger.move[];
  v_ids      text[] := '{}';
  v_amounts  bigint[] := '{}';
  v_amount   bigint;
  v_goodwill text := 'grant_refund_' || p_refund_id;
BEGIN
  SELECT * INTO v_known FROM ledger.refunds f WHERE f.account_id = p_account_id AND f.refund_id = p_refund_id;
  IF FOUND THEN
    RETURN CASE WHEN (v_known.reservation_id, v_known.asked) IS NOT DISTINCT FROM (p_reservation_id, p_amount) THEN 'refunded'
                ELSE 'key_reused' END;
  END IF;
  SELECT * INTO v_held FROM ledger.reservations r WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id;
  IF NOT FOUND OR v_held.reason = 'tombstone' THEN
    RETURN 'not_found';
  ELSIF p_amount < 1 THEN
    RETURN 'invalid_amount';
  ELSIF v_held.committed = 0 THEN
    RETURN 'state_conflict';
  ELSIF coalesce(p_amount, 1) > v_held.committed - v_held.refunded THEN
    RETURN 'exceeds_committed';
  END IF;
  v_amount := coalesce(p_amount, v_held.committed - v_held.refunded);
  SELECT * INTO v_account FROM ledger.accounts a WHERE a.account_id = p_account_id;

  -- What each grant gave is laid end to end: the first stretch, as long as committed, was spent. Of its end, so much is
  -- back already as was refunded; this refund takes the stretch before that.
  FOR v_part IN
    SELECT p.grant_id, least(p.upper, v_held.committed - v_held.refunded)
                       - greatest(p.lower, v_held.committed - v_held.refunded - v_amount) AS amount,
           ledger.way_back(g.voided_at, g.expires_at, p_now, 'return_grant') || ' refund' AS way
    FROM (
      SELECT u.grant_id, u.ordinal, sum(u.amount) OVER parts AS upper, sum(u.amount) OVER parts - u.amount AS lower
      FROM unnest(v_held.part_grant_ids, v_held.part_amounts) WITH ORDINALITY u (grant_id, amount, ordinal)
      WINDOW parts AS (ORDER BY u.ordinal ROWS UNBOUNDED PRECEDING)
    ) p
    JOIN ledger.grants g ON g.account_id = p_account_id AND g.grant_id = p.grant_id
    ORDER BY p.ordinal DESC
  LOOP
    CONTINUE WHEN v_part.amount <= 0;
    v_ids := v_ids || v_part.grant_id;
    v_amounts := v_amounts || v_part.amount::bigint;
    FOR v_way IN SELECT w.* FROM ledger.ways_back w WHERE w.way = v_part.way ORDER BY w.then LOOP
      v_moves := v_moves || ROW(p_account_id, CASE WHEN v_way.on_new_grant THEN v_goodwill ELSE v_part.grant_id END, v_way.kind,
        v_way.from_bucket, v_way.to_bucket, v_part.amount, p_reservation_id, p_reason)::ledger.move;
    END LOOP;
  END LOOP;

  INSERT INTO ledger.refunds (account_id, refund_id, reservation_id, asked, amount, part_grant_ids, part_amounts, reason, entries, created_at)
  VALUES (p_account_id, p_refund_id, p_reservation_id, p_amount, v_amount, v_ids, v_amounts, p_reason,
          int8range(v_account.entry_seq + 1, v_account.entry_seq + 1 + cardinality(v_moves)), p_now);
  UPDATE ledger.reservations r SET refunded = r.refunded + v_amount
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id;
  IF EXISTS (SELECT 1 FROM unnest(v_moves) m WHERE m.from_bucket = 'outside') THEN
    INSERT INTO ledger.grants (account_id, grant_id, source, band, effective_at, expires_at, reason, created_at, ordinal)
    VALUES (p_account_id, v_goodwill, 'goodwill', 2, p_now, p_now + make_interval(secs => p_goodwill_seconds), p_reason, p_now,
            v_account.entry_seq + 1);
  END IF;
  -- What was spent in an earlier period is not taken from this one's spend.
  UPDATE ledger.accounts a SET spent_before = a.spent_before - v_amount
  WHERE a.account_id = p_account_id AND v_held.settled_at < a.period_starts_at;
  PERFORM ledger.uncount_usage(ARRAY[p_account_id], ARRAY[p_reservation_id], ARRAY[v_amount]);
  PERFORM ledger.post(ARRAY[p_account_id], v_moves, p_now);
  PERFORM ledger.record_action(p_account_id, p_actor, 'refund', p_reason,
    jsonb_build_object('refund_id', p_refund_id, 'reservation_id', p_reservation_id, 'credits', v_amount), p_now);
  RETURN 'refunded';
END $$;
