-- Sets credits aside for the parts of a job: all of them or none. p_account: as lock_account returned it. p_total: the
-- sum of the parts, as quoted. p_reason: generation, or free_retry, whose parts are zero. The caller's ids are the
-- keys. reserved | insufficient_credits | limit_exceeded | account_not_found | invalid_amount | total_differs |
-- key_reused (an id stands for other content, or only some of the ids do) | committed | released (how an earlier
-- reservation ended; a release that came first left a tombstone). With the account's balance after the call.
CREATE OR REPLACE FUNCTION ledger.reserve(
  p_account ledger.accounts, p_job_id text, p_parts ledger.part[], p_total bigint, p_reason text,
  p_return_after_seconds float, p_member text, p_project text
) RETURNS ledger.reserved LANGUAGE plpgsql AS $$
DECLARE
  v_total   bigint := 0;
  v_part    ledger.part;
  v_known   text[] := '{}';
  v_outcome text;
BEGIN
  FOREACH v_part IN ARRAY p_parts LOOP
    IF NOT coalesce(CASE p_reason WHEN 'free_retry' THEN v_part.amount = 0
                                  WHEN 'generation' THEN v_part.amount BETWEEN 1 AND 1000000000000 END, false) THEN
      v_outcome := 'invalid_amount';
    END IF;
    v_total := v_total + coalesce(v_part.amount, 0);
    v_known := v_known || ledger.known_as(p_account.account_id, v_part.reservation_id, p_reason, v_part.amount,
                                          p_job_id, v_part.output_id, p_member, p_project);
  END LOOP;
  v_outcome := CASE
    WHEN p_account.available IS NULL THEN 'account_not_found'
    WHEN v_outcome IS NOT NULL THEN v_outcome
    WHEN v_total IS DISTINCT FROM p_total THEN 'total_differs'
    WHEN 'key_reused' = ANY (v_known) OR ('reserved' = ANY (v_known) AND 'new' = ANY (v_known)) THEN 'key_reused'
    WHEN 'released' = ANY (v_known) THEN 'released'
    WHEN 'committed' = ANY (v_known) THEN 'committed'
    WHEN 'reserved' = ANY (v_known) THEN 'reserved'
    WHEN ledger.exceeded_cap(p_account, p_member, p_project, v_total) IS NOT NULL THEN 'limit_exceeded'
    WHEN v_total > p_account.available THEN 'insufficient_credits'
  END;
  IF v_outcome IS NOT NULL THEN
    RETURN ROW(v_outcome, p_account.available, p_account.reserved, p_account.moved_at)::ledger.reserved;
  END IF;
  RETURN ledger.reserve_parts(p_account, p_job_id, p_parts, p_reason, p_reason, p_return_after_seconds, p_member,
                              p_project);
END $$;

-- What is known of an id before the balance is looked at: new, or the state of the reservation of that content.
CREATE OR REPLACE FUNCTION ledger.known_as(
  p_account_id text, p_reservation_id text, p_reason text, p_amount bigint, p_job_id text, p_output_id text,
  p_member text, p_project text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_known record;
BEGIN
  SELECT r.reason, r.amount, r.job_id, r.output_id, r.member, r.project, r.state INTO v_known
  FROM ledger.reservations r WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id;
  RETURN CASE
    WHEN NOT FOUND THEN 'new'
    WHEN v_known.reason = 'tombstone' THEN 'released'
    WHEN (v_known.reason, v_known.amount, v_known.job_id, v_known.output_id, v_known.member, v_known.project)
         IS DISTINCT FROM (p_reason, p_amount, p_job_id, p_output_id, p_member, p_project) THEN 'key_reused'
    WHEN v_known.state = 'open' THEN 'reserved'
    ELSE v_known.state::text END;
END $$;

-- Draws accepted amounts from the account's grants, part by part, in burn order: sets them aside, or spends them.
CREATE OR REPLACE FUNCTION ledger.reserve_parts(
  p_account ledger.accounts, p_job_id text, p_parts ledger.part[], p_reason text, p_entry_reason text,
  p_return_after_seconds float, p_member text, p_project text
) RETURNS ledger.reserved LANGUAGE plpgsql AS $$
DECLARE
  v_is_spend boolean := p_reason = 'spend';
  v_kind     ledger.entry_kind := CASE WHEN v_is_spend THEN 'spend' ELSE 'reserve' END;
  v_to       ledger.bucket := CASE WHEN v_is_spend THEN 'spent' ELSE 'reserved' END;
  v_now      timestamptz := p_account.moved_at;
  v_seq      bigint := p_account.entry_seq + 1;
  v_grant    ledger.grants;
  v_part     ledger.part;
  v_ids      text[];
  v_amounts  bigint[];
  v_here     bigint;
  v_left     bigint;
  v_total    bigint := 0;
  v_moves    ledger.move[] := '{}';
BEGIN
  FOREACH v_part IN ARRAY p_parts LOOP
    v_ids := '{}';
    v_amounts := '{}';
    v_left := v_part.amount;
    WHILE v_left > 0 LOOP
      IF coalesce(v_grant.available, 0) = 0 THEN
        v_grant := ledger.next_grant(p_account.account_id, v_grant);
      END IF;
      v_here := least(v_left, v_grant.available);
      v_grant.available := v_grant.available - v_here;
      v_left := v_left - v_here;
      v_ids := v_ids || v_grant.grant_id;
      v_amounts := v_amounts || v_here;
      v_moves := v_moves || ROW(v_grant.grant_id, v_kind, 'available', v_to, v_here, v_part.reservation_id,
                                p_entry_reason)::ledger.move;
    END LOOP;
    INSERT INTO ledger.reservations (
      account_id, reservation_id, job_id, output_id, reason, amount, state, committed, cause, part_grant_ids,
      part_amounts, member, project, period_starts_at, return_by, created_at, settled_at, reserve_entries,
      settle_entries)
    VALUES (
      p_account.account_id, v_part.reservation_id, p_job_id, v_part.output_id, p_reason, v_part.amount,
      CASE WHEN v_is_spend THEN 'committed' ELSE 'open' END::ledger.reservation_state,
      CASE WHEN v_is_spend THEN v_part.amount ELSE 0 END, CASE WHEN v_is_spend THEN p_entry_reason END, v_ids,
      v_amounts, p_member, p_project, p_account.period_starts_at,
      v_now + make_interval(secs => p_return_after_seconds), v_now,
      CASE WHEN v_is_spend THEN v_now END, int8range(v_seq, v_seq + cardinality(v_ids)),
      CASE WHEN v_is_spend THEN 'empty'::int8range END);
    v_seq := v_seq + cardinality(v_ids);
    v_total := v_total + v_part.amount;
  END LOOP;
  IF coalesce(p_member, p_project) IS NOT NULL THEN
    PERFORM ledger.count_usage(p_account.account_id, p_member, p_project, p_account.period_starts_at, v_total);
  END IF;
  PERFORM ledger.post(p_account, v_moves);
  RETURN ROW(CASE WHEN v_is_spend THEN 'spent' ELSE 'reserved' END, p_account.available - v_total,
             p_account.reserved + CASE WHEN v_is_spend THEN 0 ELSE v_total END, v_now)::ledger.reserved;
END $$;

-- The grant that burns after another (none: the first): by priority, then soonest expiry, then oldest. The account's
-- row said that there is enough: grants that do not cover it are a fault, and nothing of it stays.
CREATE OR REPLACE FUNCTION ledger.next_grant(p_account_id text, p_last ledger.grants) RETURNS ledger.grants
LANGUAGE plpgsql AS $$
DECLARE
  v_grant ledger.grants;
BEGIN
  SELECT g.* INTO v_grant FROM ledger.grants g
  WHERE g.account_id = p_account_id AND g.is_live AND g.available > 0
    AND (g.priority, g.expires_at, g.ordinal)
        > (coalesce(p_last.priority, 0), coalesce(p_last.expires_at, '-infinity'), coalesce(p_last.ordinal, 0))
  ORDER BY g.priority, g.expires_at, g.ordinal LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the grants of % do not cover its balance', p_account_id USING ERRCODE = 'HF002';
  END IF;
  RETURN v_grant;
END $$;

-- One reservation, for statements that join many: looked up by its whole key each time. (OFFSET 0 holds the planner to
-- it: by what it guesses of a table that it does not know, reading all reservations of the account costs as much.)
CREATE OR REPLACE FUNCTION ledger.reservation_of(p_account_id text, p_reservation_id text)
RETURNS SETOF ledger.reservations LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT r.* FROM ledger.reservations r
  WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id OFFSET 0
$$;
