-- What a move does to one bucket: plus into it, minus out of it.
CREATE OR REPLACE FUNCTION ledger.delta(
  p_bucket ledger.bucket, p_from ledger.bucket, p_to ledger.bucket, p_amount bigint
) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_bucket WHEN p_to THEN p_amount WHEN p_from THEN -p_amount ELSE 0 END
$$;

-- Moves credits of one account, which is locked, in array order: an entry for each move, and its grants and its balance as
-- the entries say. The only place where credits move. Returns the numbers of the entries.
CREATE OR REPLACE FUNCTION ledger.post(p_account_id text, p_moves ledger.move[], p_now timestamptz) RETURNS int8range
LANGUAGE plpgsql AS $$
DECLARE
  v_move       ledger.move;
  v_count      int := coalesce(cardinality(p_moves), 0);
  v_available  bigint := 0;
  v_reserved   bigint := 0;
  v_spent      bigint := 0;
  v_expired    bigint := 0;
  v_voided     bigint := 0;
  v_balance    bigint;
  v_seq        bigint;
  v_expires_at timestamptz;
  v_after      record;
BEGIN
  IF v_count = 0 THEN
    RETURN 'empty';
  END IF;
  FOREACH v_move IN ARRAY p_moves LOOP
    v_available := v_available + ledger.delta('available', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    v_reserved := v_reserved + ledger.delta('reserved', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    v_spent := v_spent + ledger.delta('spent', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    v_expired := v_expired + ledger.delta('expired', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    v_voided := v_voided + ledger.delta('voided', v_move.from_bucket, v_move.to_bucket, v_move.amount);
  END LOOP;
  v_expires_at := ledger.move_in_grants(p_account_id, p_moves, p_now);
  -- Once for all moves: credits that are available for no time must not make the balance rise and fall.
  UPDATE ledger.accounts a
  SET available = a.available + v_available, reserved = a.reserved + v_reserved, spent = a.spent + v_spent,
      expired = a.expired + v_expired, voided = a.voided + v_voided, entry_seq = a.entry_seq + v_count,
      moved_at = p_now, next_expiry_at = least(a.next_expiry_at, v_expires_at)
  WHERE a.account_id = p_account_id
  RETURNING a.available, a.entry_seq, a.low_balance_at, a.low_balance_rise, a.is_low_noticed INTO STRICT v_after;
  v_balance := v_after.available - v_available;
  v_seq := v_after.entry_seq - v_count;
  -- A fall is noticed once, and the next one only after the balance has risen enough.
  IF (CASE WHEN v_after.is_low_noticed THEN v_after.available >= v_after.low_balance_at + v_after.low_balance_rise
           ELSE v_balance >= v_after.low_balance_at AND v_after.available < v_after.low_balance_at END) THEN
    PERFORM ledger.note_low_balance(p_account_id);
  END IF;
  FOREACH v_move IN ARRAY p_moves LOOP
    v_seq := v_seq + 1;
    v_balance := v_balance + ledger.delta('available', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after,
                                reservation_id, reason, created_at)
    VALUES (p_account_id, v_seq, v_move.kind, v_move.grant_id, v_move.from_bucket, v_move.to_bucket, v_move.amount,
            v_balance, v_move.reservation_id, v_move.reason, p_now);
  END LOOP;
  RETURN int8range(v_seq - v_count + 1, v_seq, '[]');
END $$;

-- Brings the grants to what the moves say. Returns when the first of those expires that now hold available credits.
CREATE OR REPLACE FUNCTION ledger.move_in_grants(p_account_id text, p_moves ledger.move[], p_now timestamptz)
RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  v_move       ledger.move;
  v_next       ledger.move;
  v_amount     bigint := 0;
  v_expires_at timestamptz;
  v_first      timestamptz := 'infinity';
BEGIN
  FOR n IN 1 .. cardinality(p_moves) LOOP
    v_move := p_moves[n];
    v_next := p_moves[n + 1];
    v_amount := v_amount + v_move.amount;
    -- Moves in a row between the same buckets of one grant are one change of it: a batch draws hundreds from one.
    CONTINUE WHEN (v_next.grant_id, v_next.from_bucket, v_next.to_bucket)
                  = (v_move.grant_id, v_move.from_bucket, v_move.to_bucket);
    UPDATE ledger.grants g
    SET amount = g.amount + CASE v_move.from_bucket WHEN 'outside' THEN v_amount ELSE 0 END,
        available = g.available + ledger.delta('available', v_move.from_bucket, v_move.to_bucket, v_amount),
        reserved = g.reserved + ledger.delta('reserved', v_move.from_bucket, v_move.to_bucket, v_amount),
        spent = g.spent + ledger.delta('spent', v_move.from_bucket, v_move.to_bucket, v_amount),
        expired = g.expired + ledger.delta('expired', v_move.from_bucket, v_move.to_bucket, v_amount),
        voided = g.voided + ledger.delta('voided', v_move.from_bucket, v_move.to_bucket, v_amount)
    WHERE g.account_id = p_account_id AND g.grant_id = v_move.grant_id
    RETURNING g.expires_at INTO STRICT v_expires_at;
    IF v_move.to_bucket = 'available' AND v_expires_at > p_now THEN
      v_first := least(v_first, v_expires_at);
    END IF;
    v_amount := 0;
  END LOOP;
  RETURN v_first;
END $$;

-- The balance has just crossed its low level, or has risen far enough above it that the next fall is news.
CREATE OR REPLACE FUNCTION ledger.note_low_balance(p_account_id text) RETURNS void LANGUAGE sql AS $$
  UPDATE ledger.accounts a SET is_low_noticed = a.available < a.low_balance_at WHERE a.account_id = p_account_id;
  INSERT INTO ledger.low_balance_notices (account_id, entry_seq, available, low_balance_at, created_at)
  SELECT a.account_id, a.entry_seq, a.available, a.low_balance_at, a.moved_at
  FROM ledger.accounts a WHERE a.account_id = p_account_id AND a.is_low_noticed
$$;
