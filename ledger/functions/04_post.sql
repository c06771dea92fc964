-- How a move changes one bucket: positive when credits come in, negative when they go out.
CREATE OR REPLACE FUNCTION ledger.delta(
  p_bucket ledger.bucket, p_from ledger.bucket, p_to ledger.bucket, p_amount bigint
) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_bucket WHEN p_to THEN p_amount WHEN p_from THEN -p_amount ELSE 0 END
$$;

-- How a move changes each bucket of its grant.
CREATE OR REPLACE FUNCTION ledger.deltas(p_from ledger.bucket, p_to ledger.bucket, p_amount bigint)
RETURNS ledger.deltas LANGUAGE sql IMMUTABLE AS $$
  SELECT ROW(
    ledger.delta('outside', p_from, p_to, p_amount), ledger.delta('available', p_from, p_to, p_amount),
    ledger.delta('reserved', p_from, p_to, p_amount), ledger.delta('spent', p_from, p_to, p_amount),
    ledger.delta('expired', p_from, p_to, p_amount), ledger.delta('voided', p_from, p_to, p_amount))::ledger.deltas
$$;

-- Moves credits of one locked account, in array order: writes an entry per move, and updates the grants and the
-- account. The only function that moves credits. Returns the account afterwards.
CREATE OR REPLACE FUNCTION ledger.post(p_account ledger.accounts, p_moves ledger.move[]) RETURNS ledger.accounts
LANGUAGE plpgsql AS $$
DECLARE
  v_after ledger.accounts := p_account;
  v_move  ledger.move;
  v_next  ledger.move;
  v_run   bigint := 0;  -- credits of consecutive moves between the same buckets of one grant
  v_sums  ledger.deltas;
BEGIN
  FOR n IN 1 .. cardinality(p_moves) LOOP
    v_move := p_moves[n];
    v_next := p_moves[n + 1];
    v_run := v_run + v_move.amount;
    v_after.entry_seq := v_after.entry_seq + 1;
    v_after.available := v_after.available
                         + ledger.delta('available', v_move.from_bucket, v_move.to_bucket, v_move.amount);
    INSERT INTO ledger.entries (account_id, seq, balance_after, created_at, grant_id, kind, from_bucket, to_bucket,
                                amount, reservation_id, reason)
    VALUES (p_account.account_id, v_after.entry_seq, v_after.available, p_account.moved_at, v_move.*);
    -- A run is one change of its grant: a batch draws hundreds from one.
    CONTINUE WHEN (v_next.grant_id, v_next.from_bucket, v_next.to_bucket)
                  = (v_move.grant_id, v_move.from_bucket, v_move.to_bucket);
    v_sums := ledger.deltas(v_move.from_bucket, v_move.to_bucket, v_run);
    v_after.reserved := v_after.reserved + v_sums.reserved;
    v_after.spent := v_after.spent + v_sums.spent;
    v_after.expired := v_after.expired + v_sums.expired;
    v_after.voided := v_after.voided + v_sums.voided;
    UPDATE ledger.grants g
    SET amount = g.amount - v_sums.outside, available = g.available + v_sums.available,
        reserved = g.reserved + v_sums.reserved, spent = g.spent + v_sums.spent,
        expired = g.expired + v_sums.expired, voided = g.voided + v_sums.voided
    WHERE g.account_id = p_account.account_id AND g.grant_id = v_move.grant_id
    RETURNING least(v_after.next_expiry_at, CASE WHEN v_sums.available > 0 AND g.expires_at > p_account.moved_at
                                                 THEN g.expires_at END) INTO STRICT v_after.next_expiry_at;
    v_run := 0;
  END LOOP;
  v_after.is_low_noticed := ledger.note_low_balance(p_account, v_after);
  UPDATE ledger.accounts a
  SET available = v_after.available, reserved = v_after.reserved, spent = v_after.spent, expired = v_after.expired,
      voided = v_after.voided, entry_seq = v_after.entry_seq, moved_at = v_after.moved_at,
      next_expiry_at = v_after.next_expiry_at, is_low_noticed = v_after.is_low_noticed
  WHERE a.account_id = p_account.account_id;
  RETURN v_after;
END $$;

-- Records once that a call brought the balance below the account's level; again only after it has risen enough. It
-- compares the balance before and after the whole call. Returns whether a notice stands.
CREATE OR REPLACE FUNCTION ledger.note_low_balance(p_before ledger.accounts, p_after ledger.accounts) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT p_before.is_low_noticed AND p_before.available >= p_before.low_balance_at
     AND p_after.available < p_before.low_balance_at THEN
    INSERT INTO ledger.low_balance_notices (account_id, entry_seq, available, low_balance_at, created_at)
    VALUES (p_after.account_id, p_after.entry_seq, p_after.available, p_after.low_balance_at, p_after.moved_at);
    RETURN true;
  END IF;
  RETURN p_before.is_low_noticed AND p_after.available < p_before.low_balance_at + p_before.low_balance_rise;
END $$;
