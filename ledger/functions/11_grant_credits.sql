-- Inserts an empty grant; post moves its credits in. The account is locked.
CREATE OR REPLACE FUNCTION ledger.make_grant(
  p_account ledger.accounts, p_grant_id text, p_source text, p_priority int, p_expires_at timestamptz,
  p_reference text DEFAULT NULL
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO ledger.grants (account_id, grant_id, source, priority, effective_at, expires_at, reference, created_at,
                             ordinal)
  VALUES (p_account.account_id, p_grant_id, p_source, p_priority, p_account.moved_at, p_expires_at, p_reference,
          p_account.moved_at, p_account.entry_seq + 1)
$$;

-- Grants credits that expire at p_expires_at, or p_lives after now, or never. granted (a repeat too, which moves
-- nothing) | key_reused (other content, a payment that made another grant, a second sign-up or trial) |
-- account_not_found | invalid_amount | too_many_credits | expired. The expiry is not compared: it often counts from the
-- first call.
CREATE OR REPLACE FUNCTION ledger.grant_credits(
  p_account_id text, p_grant_id text, p_source text, p_priority int, p_amount bigint, p_expires_at timestamptz,
  p_lives interval, p_reason text, p_reference text, p_actor text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_account ledger.accounts := ledger.lock_account(p_account_id);
  v_now     timestamptz := v_account.moved_at;
  -- Months and days of p_lives are counted in UTC.
  v_expires timestamptz := coalesce(p_expires_at, (v_now AT TIME ZONE 'UTC' + p_lives) AT TIME ZONE 'UTC', 'infinity');
  v_known   ledger.grants;
  v_refusal text;
BEGIN
  IF p_source = 'top_up' AND p_reference IS NOT NULL THEN
    -- A payment belongs to no account until it has made a grant: its reference is locked.
    PERFORM pg_advisory_xact_lock(hashtextextended('payment ' || p_reference, 0));
  END IF;
  SELECT g.* INTO v_known FROM ledger.grants g WHERE g.account_id = p_account_id AND g.grant_id = p_grant_id;
  v_refusal := CASE
    WHEN v_account.available IS NULL THEN 'account_not_found'
    WHEN p_amount BETWEEN 1 AND 1000000000000 IS NOT TRUE THEN 'invalid_amount'
    WHEN FOUND THEN CASE WHEN (v_known.source, v_known.priority, v_known.amount, v_known.reference)
                              IS NOT DISTINCT FROM (p_source, p_priority, p_amount, p_reference) THEN 'granted'
                         ELSE 'key_reused' END
    -- The sums of an account stay below 2^53, exact in every client.
    WHEN v_account.available + v_account.reserved + v_account.spent + v_account.expired + v_account.voided + p_amount
         > 9007199254740991 THEN 'too_many_credits'
    WHEN p_source = 'top_up' AND EXISTS (
      SELECT 1 FROM ledger.grants g WHERE g.source = 'top_up' AND g.reference = p_reference) THEN 'key_reused'
    WHEN p_source IN ('sign_up', 'trial') AND EXISTS (
      SELECT 1 FROM ledger.grants g
      WHERE g.account_id = p_account_id AND g.source = p_source AND g.source IN ('sign_up', 'trial')) THEN 'key_reused'
    WHEN v_expires <= v_now THEN 'expired' END;
  IF v_refusal IS NOT NULL THEN
    RETURN v_refusal;
  END IF;
  PERFORM ledger.make_grant(v_account, p_grant_id, p_source, p_priority, v_expires, p_reference);
  PERFORM ledger.post(v_account, ARRAY[
    ROW(p_grant_id, 'grant', 'outside', 'available', p_amount, NULL, p_reason)::ledger.move]);
  PERFORM ledger.record_action(p_account_id, p_actor, 'grant', p_reason, jsonb_build_object(
    'grant_id', p_grant_id, 'source', p_source, 'credits', p_amount, 'reference', p_reference), v_now);
  RETURN 'granted';
END $$;

-- A grant by the ledger's own rules. Any other outcome is our fault and rolls the call back.
CREATE OR REPLACE FUNCTION ledger.grant_by_rule(
  p_account_id text, p_grant_id text, p_source text, p_priority int, p_amount bigint, p_expires_at timestamptz,
  p_lives interval, p_reason text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_outcome text := ledger.grant_credits(
    p_account_id, p_grant_id, p_source, p_priority, p_amount, p_expires_at, p_lives, p_reason, NULL, NULL);
BEGIN
  IF v_outcome <> 'granted' THEN
    RAISE EXCEPTION 'the % grant % was refused: %', p_source, p_grant_id, v_outcome USING ERRCODE = 'HF003';
  END IF;
END $$;
