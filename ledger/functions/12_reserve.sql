-- Sets credits aside for the parts of a job: all of them or none. p_account: as lock_account returned it. p_total: the
-- sum of the parts, as quoted. p_reason: generation; free_retry, whose parts are zero; or spend, which comes through
-- ledger.spend with a p_note. The caller's ids are the keys. reserved | insufficient_credits | limit_exceeded |
-- account_frozen | account_not_found | invalid_amount | total_differs | key_reused (an id stands for other content, or
-- only some of the ids do) | committed | released (how an earlier reservation ended; a release that came first left a
-- tombstone). With the account's balance after the call.
CREATE OR REPLACE FUNCTION ledger.reserve(
  p_account ledger.accounts, p_job_id text, p_parts ledger.part[], p_total bigint, p_reason text,
  p_return_after_seconds float, p_member text, p_project text, p_note text DEFAULT NULL
) RETURNS ledger.reserved LANGUAGE plpgsql AS $$
DECLARE
  v_part    ledger.part;
  v_known   ledger.reservations;
  v_total   bigint := 0;
  v_states  text[] := '{}';  -- of the parts: new, or what is known of their ids
  v_outcome text;
BEGIN
  FOREACH v_part IN ARRAY p_parts LOOP
    SELECT r.* INTO v_known FROM ledger.reservations r
    WHERE r.account_id = p_account.account_id AND r.reservation_id = v_part.reservation_id;
    v_total := v_total + coalesce(v_part.amount, 0);
    v_states := v_states || CASE
      WHEN (p_reason = CASE WHEN p_note IS NULL THEN 'generation' ELSE 'spend' END
              AND v_part.amount BETWEEN 1 AND 1000000000000
            OR p_reason = 'free_retry' AND v_part.amount = 0) IS NOT TRUE THEN 'invalid_amount'
      WHEN v_known.reservation_id IS NULL THEN 'new'
      WHEN v_known.reason = 'tombstone' THEN 'released'
      WHEN (v_known.reason, v_known.amount, v_known.job_id, v_known.output_id, v_known.member, v_known.project)
           IS DISTINCT FROM (p_reason, v_part.amount, p_job_id, v_part.output_id, p_member, p_project) THEN 'key_reused'
      WHEN v_known.state = 'open' THEN 'reserved'
      ELSE v_known.state::text END;
  END LOOP;
  -- What is known of the ids comes before the balance.
  v_outcome := CASE
    WHEN p_account.available IS NULL THEN 'account_not_found'
    WHEN 'invalid_amount' = ANY (v_states) THEN 'invalid_amount'
    WHEN v_total IS DISTINCT FROM p_total THEN 'total_differs'
    WHEN 'key_reused' = ANY (v_states) OR ('reserved' = ANY (v_states) AND 'new' = ANY (v_states)) THEN 'key_reused'
    WHEN 'released' = ANY (v_states) THEN 'released'
    WHEN 'committed' = ANY (v_states) THEN 'committed'
    WHEN 'reserved' = ANY (v_states) THEN 'reserved'
    WHEN p_account.frozen_at IS NOT NULL AND v_total > 0 THEN 'account_frozen'
    WHEN ledger.exceeded_cap(p_account, p_member, p_project, v_total) IS NOT NULL THEN 'limit_exceeded'
    WHEN v_total > p_account.available THEN 'insufficient_credits' END;
  IF v_outcome IS NULL THEN
    v_outcome := 'reserved';
    PERFORM ledger.draw(p_account, p_job_id, p_parts, p_reason, coalesce(p_note, p_reason), p_return_after_seconds,
                        p_member, p_project);
    PERFORM ledger.count_usage(p_account.account_id, p_member, p_project, p_account.period_starts_at, v_total)
    WHERE coalesce(p_member, p_project) IS NOT NULL;
    p_account.available := p_account.available - v_total;
    p_account.reserved := p_account.reserved + v_total;
  END IF;
  RETURN ROW(v_outcome, p_account.available, p_account.reserved, p_account.moved_at)::ledger.reserved;
END $$;

-- Draws accepted parts, one after the other, from the account's grants: by priority, then soonest expiry, then oldest.
-- Its credits become reserved, or spent at once. The account's row said that there is enough: grants that do not cover
-- it are a fault, and nothing of it stays.
CREATE OR REPLACE FUNCTION ledger.draw(
  p_account ledger.accounts, p_job_id text, p_parts ledger.part[], p_reason text, p_entry_reason text,
  p_return_after_seconds float, p_member text, p_project text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_kind    ledger.entry_kind := CASE p_reason WHEN 'spend' THEN 'spend' ELSE 'reserve' END;
  v_to      ledger.bucket := CASE p_reason WHEN 'spend' THEN 'spent' ELSE 'reserved' END;
  v_part    ledger.part;
  v_grant   ledger.grants;
  v_ids     text[];
  v_amounts bigint[];
  v_left    bigint;
  v_here    bigint;
  v_seq     bigint;  -- of the entry after those of the part
  v_moves   ledger.move[] := '{}';
BEGIN
  FOREACH v_part IN ARRAY p_parts LOOP
    v_ids := '{}';
    v_amounts := '{}';
    v_left := v_part.amount;
    WHILE v_left > 0 LOOP
      IF coalesce(v_grant.available, 0) = 0 THEN  -- the next one burns
        SELECT g.* INTO v_grant FROM ledger.grants g
        WHERE g.account_id = p_account.account_id AND g.is_live AND g.available > 0
          AND (g.priority, g.expires_at, g.ordinal)
              > (coalesce(v_grant.priority, 0), coalesce(v_grant.expires_at, '-infinity'), coalesce(v_grant.ordinal, 0))
        ORDER BY g.priority, g.expires_at, g.ordinal LIMIT 1;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'the grants of % do not cover its balance', p_account.account_id USING ERRCODE = 'HF002';
        END IF;
      END IF;
      v_here := least(v_left, v_grant.available);
      v_left := v_left - v_here;
      v_grant.available := v_grant.available - v_here;
      v_ids := v_ids || v_grant.grant_id;
      v_amounts := v_amounts || v_here;
      v_moves := v_moves || ROW(v_grant.grant_id, v_kind, 'available', v_to, v_here, v_part.reservation_id,
                                p_entry_reason)::ledger.move;
    END LOOP;
    v_seq := p_account.entry_seq + 1 + cardinality(v_moves);
    INSERT INTO ledger.reservations (
      account_id, reservation_id, job_id, output_id, reason, amount, state, part_grant_ids, part_amounts, member,
      project, period_starts_at, return_by, created_at, reserve_entries)
    VALUES (
      p_account.account_id, v_part.reservation_id, p_job_id, v_part.output_id, p_reason, v_part.amount, 'open', v_ids,
      v_amounts, p_member, p_project, p_account.period_starts_at,
      p_account.moved_at + make_interval(secs => p_return_after_seconds), p_account.moved_at,
      int8range(v_seq - cardinality(v_ids), v_seq));
  END LOOP;
  PERFORM ledger.post(p_account, v_moves);
END $$;

-- One reservation, for statements that join many: looked up by its whole key each time. (OFFSET 0 holds the planner to
-- it: by what it guesses of a table that it does not know, reading all reservations of the account costs as much.)
CREATE OR REPLACE FUNCTION ledger.reservation_of(p_account_id text, p_reservation_id text)
RETURNS SETOF ledger.reservations LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT r.* FROM ledger.reservations r
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id OFFSET 0
$$;
