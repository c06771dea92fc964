-- Reserves the parts of a job, all or none, from a locked account. p_total: the sum of the parts, as quoted. p_reason:
-- generation; free_retry, with parts of zero; or spend, from ledger.spend with a p_note. The reservation ids are the
-- keys. reserved | insufficient_credits | limit_exceeded | account_frozen | account_not_found | invalid_amount |
-- total_differs | key_reused (other content, or only some of the ids are known) | committed | released (how an earlier
-- call ended it, or a tombstone). With the balance after the call.
CREATE OR REPLACE FUNCTION ledger.reserve(
  p_account ledger.accounts, p_job_id text, p_parts ledger.part[], p_total bigint, p_reason text,
  p_return_seconds float, p_member text, p_project text, p_note text DEFAULT NULL
) RETURNS ledger.reserved LANGUAGE plpgsql AS $$
DECLARE
  v_least   bigint := CASE p_reason WHEN 'free_retry' THEN 0 ELSE 1 END;
  -- A part of a free retry is 0. Another reason that does not go with its note has no valid amount.
  v_most    bigint := CASE WHEN (p_reason, p_note IS NULL) IN (('generation', true), ('spend', false))
                           THEN 1000000000000 ELSE 0 END;
  v_part    ledger.part;
  v_known   ledger.reservations;
  v_total   bigint := 0;
  v_states  text[] := '{}';  -- of each part: new, or the state of its reservation
  v_outcome text;
BEGIN
  FOREACH v_part IN ARRAY p_parts LOOP
    SELECT r.* INTO v_known FROM ledger.reservation_of(p_account.account_id, v_part.reservation_id) r;
    v_total := v_total + coalesce(v_part.amount, 0);
    v_states := v_states || CASE
      WHEN v_part.amount BETWEEN v_least AND v_most IS NOT TRUE THEN 'invalid_amount'
      WHEN v_known.reason <> 'tombstone'
        AND (v_known.reason, v_known.amount, v_known.job_id, v_known.output_id, v_known.member, v_known.project)
        IS DISTINCT FROM (p_reason, v_part.amount, p_job_id, v_part.output_id, p_member, p_project) THEN 'key_reused'
      ELSE coalesce(v_known.state::text, 'new') END;
  END LOOP;
  -- A known id decides before the balance does.
  v_outcome := CASE
    WHEN p_account.available IS NULL THEN 'account_not_found'
    WHEN 'invalid_amount' = ANY (v_states) THEN 'invalid_amount'
    WHEN v_total IS DISTINCT FROM p_total THEN 'total_differs'
    WHEN 'key_reused' = ANY (v_states) OR v_states @> '{open,new}' THEN 'key_reused'
    WHEN 'released' = ANY (v_states) THEN 'released'
    WHEN 'committed' = ANY (v_states) THEN 'committed'
    WHEN 'open' = ANY (v_states) THEN 'reserved'
    WHEN p_account.frozen_at IS NOT NULL AND v_total > 0 THEN 'account_frozen'
    WHEN ledger.exceeded_cap(p_account, p_member, p_project, v_total) IS NOT NULL THEN 'limit_exceeded'
    WHEN v_total > p_account.available THEN 'insufficient_credits' END;
  IF v_outcome IS NULL THEN
    p_account := ledger.draw(p_account, p_job_id, p_parts, p_reason, p_note, p_return_seconds, p_member, p_project);
    PERFORM ledger.count_usage(p_account, p_member, p_project, p_account.period_starts_at, v_total);
  END IF;
  RETURN ROW(coalesce(v_outcome, 'reserved'), p_account.available, p_account.reserved)::ledger.reserved;
END $$;

-- Draws the parts from the account's grants in burn order: priority, soonest expiry, oldest. The account's row has
-- enough, so grants that do not cover it are a fault (HF002). Returns the account afterwards.
CREATE OR REPLACE FUNCTION ledger.draw(
  p_account ledger.accounts, p_job_id text, p_parts ledger.part[], p_reason text, p_note text, p_return_seconds float,
  p_member text, p_project text
) RETURNS ledger.accounts LANGUAGE plpgsql AS $$
DECLARE
  -- A cursor: an account may have many grants, of which few burn.
  v_grants CURSOR FOR
    SELECT g.* FROM ledger.grants g WHERE g.account_id = p_account.account_id AND g.is_live AND g.available > 0
    ORDER BY g.priority, g.expires_at, g.ordinal;
  v_grant    ledger.grants;
  v_kind     ledger.entry_kind := CASE p_reason WHEN 'spend' THEN 'spend' ELSE 'reserve' END;
  v_to       ledger.bucket := CASE p_reason WHEN 'spend' THEN 'spent' ELSE 'reserved' END;
  v_part     ledger.part;
  v_portions ledger.portion[];
  v_left     bigint;
  v_here     bigint;
  v_seq      bigint;  -- of the entry after those of the part
  v_moves    ledger.move[] := '{}';
BEGIN
  OPEN v_grants;
  FOREACH v_part IN ARRAY p_parts LOOP
    v_portions := '{}';
    v_left := v_part.amount;
    WHILE v_left > 0 LOOP
      IF coalesce(v_grant.available, 0) = 0 THEN  -- the next one burns
        FETCH v_grants INTO v_grant;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'the grants of % do not cover its balance', p_account.account_id USING ERRCODE = 'HF002';
        END IF;
      END IF;
      v_here := least(v_left, v_grant.available);
      v_left := v_left - v_here;
      v_grant.available := v_grant.available - v_here;
      v_portions := v_portions || ROW(v_grant.grant_id, v_here)::ledger.portion;
      v_moves := v_moves || ROW(v_grant.grant_id, v_kind, 'available', v_to, v_here, v_part.reservation_id,
                                coalesce(p_note, p_reason))::ledger.move;
    END LOOP;
    v_seq := p_account.entry_seq + 1 + cardinality(v_moves);
    INSERT INTO ledger.reservations (account_id, reservation_id, output_id, amount, job_id, reason, state, portions,
                                     member, project, period_starts_at, return_by, created_at, reserve_entries)
    VALUES (p_account.account_id, v_part.*, p_job_id, p_reason, 'open', v_portions, p_member, p_project,
            p_account.period_starts_at, p_account.moved_at + make_interval(secs => p_return_seconds),
            p_account.moved_at, int8range(v_seq - cardinality(v_portions), v_seq));
  END LOOP;
  CLOSE v_grants;
  RETURN ledger.post(p_account, v_moves);
END $$;

-- One reservation by its whole key, for joins. OFFSET 0 keeps the planner from reading all reservations of the account
-- instead, as it may on a table without statistics.
CREATE OR REPLACE FUNCTION ledger.reservation_of(p_account_id text, p_reservation_id text)
RETURNS SETOF ledger.reservations LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT r.* FROM ledger.reservations r
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id OFFSET 0
$$;
