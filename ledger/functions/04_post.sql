-- What a move does to one bucket: plus into it, minus out of it.
CREATE OR REPLACE FUNCTION ledger.delta(
  p_bucket ledger.bucket, p_from ledger.bucket, p_to ledger.bucket, p_amount bigint
) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_bucket WHEN p_to THEN p_amount WHEN p_from THEN -p_amount ELSE 0 END
$$;

-- Moves credits of one account, as lock_account returned it, in array order: an entry for each move, and its grants and
-- its balance as the entries say. The only place where credits move. Returns the numbers of the entries.
CREATE OR REPLACE FUNCTION ledger.post(p_account ledger.accounts, p_moves ledger.move[]) RETURNS int8range
LANGUAGE plpgsql AS $$
DECLARE
  v_after      ledger.accounts := p_account;
  v_move       ledger.move;
  v_next       ledger.move;
  v_run        bigint := 0;  -- credits of the moves in a row between the same buckets of one grant
  v_expires_at timestamptz;
BEGIN
  FOR n IN 1 .. cardinality(p_moves) LOOP
    v_move := p_moves[n];
    v_next := p_moves[n + 1];
    v_run := v_run + v_move.amount;
    v_after.entry_seq := v_after.entry_seq + 1;
    v_after.available := v_after.available
                         + ledger.delta('available', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after,
                                reservation_id, reason, created_at)
    VALUES (p_account.account_id, v_after.entry_seq, v_move.kind, v_move.grant_id, v_move.from_bucket, v_move.to_bucket,
            v_move.amount, v_after.available, v_move.reservation_id, v_move.reason, p_account.moved_at);
    -- A run is one change of its grant: a batch draws hundreds from one.
    CONTINUE WHEN (v_next.grant_id, v_next.from_bucket, v_next.to_bucket)
                  = (v_move.grant_id, v_move.from_bucket, v_move.to_bucket);
    v_after.reserved := v_after.reserved + ledger.delta('reserved', v_move.from_bucket, v_move.to_bucket, v_run);
    v_after.spent := v_after.spent + ledger.delta('spent', v_move.from_bucket, v_move.to_bucket, v_run);
    v_after.expired := v_after.expired + ledger.delta('expired', v_move.from_bucket, v_move.to_bucket, v_run);
    v_after.voided := v_after.voided + ledger.delta('voided', v_move.from_bucket, v_move.to_bucket, v_run);
    UPDATE ledger.grants g
    SET amount = g.amount + CASE v_move.from_bucket WHEN 'outside' THEN v_run ELSE 0 END,
        available = g.available + ledger.delta('available', v_move.from_bucket, v_move.to_bucket, v_run),
        reserved = g.reserved + ledger.delta('reserved', v_move.from_bucket, v_move.to_bucket, v_run),
        spent = g.spent + ledger.delta('spent', v_move.from_bucket, v_move.to_bucket, v_run),
        expired = g.expired + ledger.delta('expired', v_move.from_bucket, v_move.to_bucket, v_run),
        voided = g.voided + ledger.delta('voided', v_move.from_bucket, v_move.to_bucket, v_run)
    WHERE g.account_id = p_account.account_id AND g.grant_id = v_move.grant_id
    RETURNING g.expires_at INTO STRICT v_expires_at;
    IF v_move.to_bucket = 'available' AND v_expires_at > p_account.moved_at THEN
      v_after.next_expiry_at := least(v_after.next_expiry_at, v_expires_at);
    END IF;
    v_run := 0;
  END LOOP;
  IF v_after.entry_seq > p_account.entry_seq THEN
    v_after.is_low_noticed := ledger.note_low_balance(p_account, v_after);
    UPDATE ledger.accounts a
    SET available = v_after.available, reserved = v_after.reserved, spent = v_after.spent, expired = v_after.expired,
        voided = v_after.voided, entry_seq = v_after.entry_seq, moved_at = v_after.moved_at,
        next_expiry_at = v_after.next_expiry_at, is_low_noticed = v_after.is_low_noticed
    WHERE a.account_id = p_account.account_id;
  END IF;
  RETURN int8range(p_account.entry_seq + 1, v_after.entry_seq + 1);
END $$;

-- Notes a balance that the moves of a call, all together, brought below its account's level: once, and again after it
-- has risen enough. (Credits that are available for no time do not make it rise and fall.) Returns whether it is noted.
CREATE OR REPLACE FUNCTION ledger.note_low_balance(p_before ledger.accounts, p_after ledger.accounts) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF p_before.is_low_noticed THEN
    RETURN p_after.available < p_before.low_balance_at + p_before.low_balance_rise;
  ELSIF p_before.available < p_before.low_balance_at OR p_after.available >= p_before.low_balance_at THEN
    RETURN false;
  END IF;
  INSERT INTO ledger.low_balance_notices (account_id, entry_seq, available, low_balance_at, created_at)
  VALUES (p_after.account_id, p_after.entry_seq, p_after.available, p_after.low_balance_at, p_after.moved_at);
  RETURN true;
END $$;
