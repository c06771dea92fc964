CREATE OR REPLACE FUNCTION ledger.reserve_items(p_items jsonb) RETURNS ledger.reserve_item[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(i.account_id, i.reservation_id, i.amount, coalesce(i.reason, 'generation'), i.job_id, i.output_id,
                       i.return_after_seconds, i.group_id, i.member, i.project, i.note, i.item)::ledger.reserve_item ORDER BY i.item)
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, reservation_id text, amount bigint, reason text,
         job_id text, output_id text, return_after_seconds double precision, group_id text,
         member text, project text, note text)) WITH ORDINALITY
         AS i (account_id, reservation_id, amount, reason, job_id, output_id, return_after_seconds, group_id, member, project, note, item)
$$;

CREATE OR REPLACE FUNCTION ledger.spend_items(p_items jsonb) RETURNS ledger.reserve_item[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(i.account_id, i.spend_id, i.amount, 'direct_spend', NULL, NULL, 0, NULL, i.member, i.project, i.note,
                       i.item)::ledger.reserve_item ORDER BY i.item)
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, spend_id text, amount bigint, note text, member text,
         project text)) WITH ORDINALITY AS i (account_id, spend_id, amount, note, member, project, item)
$$;

-- How a reservation stands when it is made: open until it is settled, or, of a direct spend, committed from the start.
CREATE OR REPLACE FUNCTION ledger.first_state(p_reason text) RETURNS ledger.reservation_state LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_reason WHEN 'direct_spend' THEN 'committed' ELSE 'open' END::ledger.reservation_state
$$;

-- What a reservation takes out of one of its grants.
CREATE OR REPLACE FUNCTION ledger.hold_move(p_account_id text, p_reservation_id text, p_reason text, p_note text, p_grant_id text, p_amount bigint)
RETURNS ledger.move LANGUAGE sql IMMUTABLE AS $$
  SELECT ROW(p_account_id, p_grant_id,
             CASE p_reason WHEN 'direct_spend' THEN 'spend' ELSE 'reserve' END, 'available',
             CASE p_reason WHEN 'direct_spend' THEN 'spent' ELSE 'reserved' END,
             p_amount, p_reservation_id, coalesce(p_note, p_reason))::ledger.move
$$;

-- What was accepted is covered by grants to the last credit; the accounts' CHECKs cannot see this.
CREATE OR REPLACE FUNCTION ledger.require_covered(p_uncovered numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_uncovered <> 0 THEN
    RAISE EXCEPTION 'accepted reservations exceed the grants by % credits', p_uncovered USING ERRCODE = 'HF002';
  END IF;
END $$;

-- Makes the reservations of accepted items and moves their credits, one item after the other: from the first grant in
-- burn order what it can give, then from the next. (Why few and many are apart: see post.) No sort, no bitmap: grants are
-- read off their index one after the other, as many as are burnt, of an account with a thousand too.
CREATE OR REPLACE FUNCTION ledger.hold_few(p_items ledger.reserve_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off AS $$
DECLARE
  v_item    record;
  v_grant   record;
  v_left    bigint;
  v_committed bigint;
  v_ids     text[];
  v_amounts bigint[];
  v_moves   ledger.move[];
BEGIN
  FOR v_item IN SELECT i.* FROM unnest(p_items) i WHERE p_is_accepted[i.item] ORDER BY i.item LOOP
    v_left := v_item.amount;
    v_committed := CASE v_item.reason WHEN 'direct_spend' THEN v_item.amount ELSE 0 END;
    v_ids := '{}';
    v_amounts := '{}';
    v_moves := NULL;
    IF v_left > 0 THEN
      FOR v_grant IN
        SELECT g.grant_id, g.available FROM ledger.grants g
        WHERE g.account_id = v_item.account_id AND g.is_live AND g.available > 0 ORDER BY g.band, g.expires_at, g.ordinal
      LOOP
        v_ids := v_ids || v_grant.grant_id;
        v_amounts := v_amounts || least(v_left, v_grant.available);
        v_moves := v_moves || ledger.hold_move(v_item.account_id, v_item.reservation_id, v_item.reason, v_item.note,
                                               v_grant.grant_id, least(v_left, v_grant.available));
        v_left := v_left - least(v_left, v_grant.available);
        EXIT WHEN v_left = 0;
      END LOOP;
    END IF;
    PERFORM ledger.require_covered(v_left);
    INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, committed, cause,
                                     part_grant_ids, part_amounts, member, project, period_starts_at, return_by, created_at,
                                     settled_at, reserve_entries, settle_entries)
    SELECT v_item.account_id, v_item.reservation_id, v_item.job_id, v_item.output_id, v_item.reason, v_item.amount,
           ledger.first_state(v_item.reason), v_committed, v_item.note, v_ids, v_amounts, v_item.member, v_item.project,
           a.period_starts_at, p_now + make_interval(secs => v_item.return_after_seconds), p_now,
           CASE WHEN v_committed > 0 THEN p_now END, int8range(a.entry_seq + 1, a.entry_seq + 1 + cardinality(v_ids)),
           CASE WHEN v_committed > 0 THEN 'empty'::int8range END
    FROM ledger.accounts a WHERE a.account_id = v_item.account_id;
    PERFORM ledger.post(p_account_ids, v_moves, p_now);
  END LOOP;
END $$;

-- The same as a set: the accepted amounts are laid, end to end in array order, over the account's grants, end to end in
-- burn order, as far as the amounts reach; where two stretches overlap, that grant gives that much.
CREATE OR REPLACE FUNCTION ledger.hold_many(p_items ledger.reserve_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off SET enable_sort = off SET enable_bitmapscan = off
  SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
  v_moves ledger.move[];
BEGIN
  WITH RECURSIVE accepted AS MATERIALIZED (
    SELECT i.*, CASE i.reason WHEN 'direct_spend' THEN i.amount ELSE 0 END AS committed,
           sum(i.amount) OVER in_account AS upper, sum(i.amount) OVER in_account - i.amount AS lower
    FROM unnest(p_items) i
    WHERE p_is_accepted[i.item]
    WINDOW in_account AS (PARTITION BY i.account_id ORDER BY i.item ROWS UNBOUNDED PRECEDING)
  ), burn AS (
    SELECT n.account_id, n.amount AS needed, g.grant_id, g.band, g.expires_at, g.ordinal, 0::bigint AS lower, g.available AS upper
    FROM (SELECT a.account_id, sum(a.amount) AS amount FROM accepted a GROUP BY a.account_id) n
    CROSS JOIN LATERAL (
      SELECT * FROM ledger.grants g WHERE g.account_id = n.account_id AND g.is_live AND g.available > 0
      ORDER BY g.band, g.expires_at, g.ordinal LIMIT 1
    ) g
    UNION ALL
    SELECT b.account_id, b.needed, g.grant_id, g.band, g.expires_at, g.ordinal, b.upper, b.upper + g.available
    FROM burn b
    CROSS JOIN LATERAL (
      SELECT * FROM ledger.grants g WHERE g.account_id = b.account_id AND g.is_live AND g.available > 0
        AND (g.band, g.expires_at, g.ordinal) > (b.band, b.expires_at, b.ordinal)
      ORDER BY g.band, g.expires_at, g.ordinal LIMIT 1
    ) g
    WHERE b.upper < b.needed
  ), part AS MATERIALIZED (
    SELECT a.item, a.account_id, a.reservation_id, a.reason, a.note, b.grant_id,
           (least(a.upper, b.upper) - greatest(a.lower, b.lower))::bigint AS amount,
           row_number() OVER (PARTITION BY a.account_id ORDER BY a.item, b.lower) AS step
    FROM accepted a
    -- A free retry is a stretch of no length: it overlaps nothing, wherever it lies.
    JOIN burn b ON b.account_id = a.account_id AND b.lower < a.upper AND a.lower < b.upper AND a.amount > 0
  ), reservation AS (
    INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, committed, cause,
                                     part_grant_ids, part_amounts, member, project, period_starts_at, return_by, created_at,
                                     settled_at, reserve_entries, settle_entries)
    SELECT a.account_id, a.reservation_id, a.job_id, a.output_id, a.reason, a.amount, ledger.first_state(a.reason), a.committed,
           a.note, coalesce(p.grant_ids, '{}'), coalesce(p.amounts, '{}'), a.member, a.project, x.period_starts_at,
           p_now + make_interval(secs => a.return_after_seconds), p_now, CASE WHEN a.committed > 0 THEN p_now END,
           CASE a.amount WHEN 0 THEN 'empty' ELSE int8range(x.entry_seq + p.first_step, x.entry_seq + p.last_step, '[]') END,
           CASE WHEN a.committed > 0 THEN 'empty'::int8range END
    FROM accepted a
    JOIN ledger.accounts x ON x.account_id = a.account_id
    LEFT JOIN (
      SELECT p.item, array_agg(p.grant_id ORDER BY p.step) AS grant_ids, array_agg(p.amount ORDER BY p.step) AS amounts,
             min(p.step) AS first_step, max(p.step) AS last_step
      FROM part p GROUP BY p.item
    ) p ON p.item = a.item
    WHERE x.account_id = ANY (p_account_ids)
  )
  SELECT array_agg(ledger.hold_move(p.account_id, p.reservation_id, p.reason, p.note, p.grant_id, p.amount) ORDER BY p.step)
  INTO v_moves FROM part p;
  PERFORM ledger.require_covered(
    coalesce((SELECT sum(i.amount) FROM unnest(p_items) i WHERE p_is_accepted[i.item]), 0)
    - coalesce((SELECT sum(m.amount) FROM unnest(v_moves) m), 0));
  PERFORM ledger.post(p_account_ids, v_moves, p_now);
END $$;

-- Zero is refused everywhere but for a free retry, which holds nothing and is watched all the same.
CREATE OR REPLACE FUNCTION ledger.is_takeable(p_amount bigint, p_reason text, p_is_spend boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(CASE WHEN p_is_spend <> (p_reason = 'direct_spend') THEN false
                       WHEN p_reason = 'free_retry' THEN p_amount = 0
                       WHEN p_reason IN ('generation', 'direct_spend') THEN p_amount BETWEEN 1 AND 1000000000000
                       ELSE false END, false)
$$;

-- Decides the items of the accounts that cannot afford all of theirs, whose caps have no room for all, or that carry an id
-- twice: one unit after the other, in array order. A unit is an item on its own, or the items of a group, decided where the first of them stands.
CREATE OR REPLACE FUNCTION ledger.decide_one_by_one(p_items ledger.reserve_item[], p_outcomes text[], p_account_ids text[])
RETURNS text[]
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_unit      record;
  v_account   text;
  v_available bigint;
  v_taken     jsonb;   -- reservation id → content, of what this call has accepted of ids it carries more than once
  v_taking    jsonb;   -- the same, of the unit in hand
  v_needed    bigint;
  v_is_sound  boolean;
  v_room      jsonb;   -- 'member ann' → what her cap leaves, of those capped, after what this call has accepted
  v_room_left jsonb;   -- the same, after the unit in hand
  v_is_over   boolean;
  v_spender   text;
  v_verdict   text;
  v_item      int;
BEGIN
  FOR v_unit IN
    SELECT i.account_id, i.available, i.has_spend_caps, array_agg(i.item ORDER BY i.item) AS items,
           array_agg('member ' || i.member ORDER BY i.item) AS members, array_agg('project ' || i.project ORDER BY i.item) AS projects,
           array_agg(i.reservation_id ORDER BY i.item) AS ids, array_agg(i.amount ORDER BY i.item) AS amounts,
           array_agg(i.has_twin ORDER BY i.item) AS has_twin, array_agg(i.content ORDER BY i.item) AS contents,
           bool_and(p_outcomes[i.item] IN ('accepted', 'reserved')) AS is_sound
    FROM (
      SELECT n.*, a.available, a.has_spend_caps, count(*) OVER (PARTITION BY n.account_id, n.reservation_id) > 1 AS has_twin,
             jsonb_build_array(n.amount, n.reason, n.job_id, n.output_id, n.member, n.project) AS content
      FROM unnest(p_items) n JOIN ledger.accounts a ON a.account_id = n.account_id
      WHERE n.account_id = ANY (p_account_ids)
    ) i
    GROUP BY i.account_id, i.available, i.has_spend_caps, coalesce('group ' || i.group_id, 'item ' || i.item)
    ORDER BY i.account_id, min(i.item)
  LOOP
    IF v_account IS DISTINCT FROM v_unit.account_id THEN
      v_account := v_unit.account_id;
      v_available := v_unit.available;
      v_taken := '{}';
      v_room := CASE WHEN v_unit.has_spend_caps THEN ledger.room_under_caps(v_account, p_items) END;
    END IF;

    v_taking := v_taken;
    v_needed := 0;
    v_room_left := v_room;
    v_is_over := false;
    v_is_sound := v_unit.is_sound;
    FOR n IN 1 .. cardinality(v_unit.items) LOOP
      v_item := v_unit.items[n];
      CONTINUE WHEN p_outcomes[v_item] <> 'accepted';
      IF v_unit.has_twin[n] AND v_taking ? v_unit.ids[n] THEN
        p_outcomes[v_item] := CASE WHEN v_taking -> v_unit.ids[n] = v_unit.contents[n] THEN 'reserved' ELSE 'key_reused' END;
        v_is_sound := v_is_sound AND p_outcomes[v_item] = 'reserved';
      ELSE
        v_needed := v_needed + v_unit.amounts[n];
        FOREACH v_spender IN ARRAY ARRAY[v_unit.members[n], v_unit.projects[n]] LOOP
          CONTINUE WHEN v_unit.amounts[n] = 0 OR v_room_left ? v_spender IS NOT TRUE;
          v_room_left := jsonb_set(v_room_left, ARRAY[v_spender], to_jsonb((v_room_left->>v_spender)::bigint - v_unit.amounts[n]));
          v_is_over := v_is_over OR (v_room_left->>v_spender)::bigint < 0;
        END LOOP;
        IF v_unit.has_twin[n] THEN
          v_taking := v_taking || jsonb_build_object(v_unit.ids[n], v_unit.contents[n]);
        END IF;
      END IF;
    END LOOP;

    v_verdict := CASE WHEN NOT v_is_sound THEN 'group_refused' WHEN v_is_over THEN 'limit_exceeded'
                      WHEN v_needed > v_available THEN 'insufficient_credits'
                      ELSE 'accepted' END;
    IF v_verdict = 'accepted' THEN
      v_available := v_available - v_needed;
      v_taken := v_taking;
      v_room := v_room_left;
    ELSE
      FOR n IN 1 .. cardinality(v_unit.items) LOOP
        v_item := v_unit.items[n];
        -- What an item of this very unit was to be a replay of is not made either.
        IF p_outcomes[v_item] = 'accepted' OR (p_outcomes[v_item] = 'reserved' AND v_unit.has_twin[n]
                                              AND v_taking ? v_unit.ids[n] AND NOT v_taken ? v_unit.ids[n]) THEN
          p_outcomes[v_item] := v_verdict;
        END IF;
      END LOOP;
    END IF;
  END LOOP;
  RETURN p_outcomes;
END $$;

-- What reserve and spend share. The result is that of taking one item after the other: decided as a set where an account
-- can afford all its items and its caps leave room for them, one by one where not; then what was accepted is held, a few one after
-- the other, many as a set.
CREATE OR REPLACE FUNCTION ledger.take(p_items ledger.reserve_item[], p_is_spend boolean)
RETURNS TABLE (item int, outcome text, available bigint, reserved bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_nestloop = off
  SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_account_ids text[] := ARRAY(SELECT DISTINCT i.account_id FROM unnest(p_items) i);
  v_now      timestamptz;
  v_outcomes text[];
  v_is_accepted boolean[];  -- fixed width: looked up per item
  v_accounts_to_walk text[];
  v_is_new     boolean[];
  v_has_capped boolean;
BEGIN
  v_now := ledger.lock_accounts(v_account_ids);

  -- What is known of each item before its balance is looked at: the key comes first.
  WITH known AS MATERIALIZED (
    SELECT i.item, i.account_id, i.group_id, i.amount, a.available,
      a.has_spend_caps AND (i.member IS NOT NULL OR i.project IS NOT NULL) AS is_capped,
      CASE
        WHEN a.account_id IS NULL THEN 'account_not_found'
        WHEN NOT ledger.is_takeable(i.amount, i.reason, p_is_spend) THEN 'invalid_amount'
        ELSE coalesce((
          SELECT CASE WHEN r.reason = 'tombstone' THEN 'released'
                      WHEN r.amount <> i.amount OR r.reason <> i.reason OR r.job_id IS DISTINCT FROM i.job_id
                        OR r.output_id IS DISTINCT FROM i.output_id OR r.member IS DISTINCT FROM i.member
                        OR r.project IS DISTINCT FROM i.project THEN 'key_reused'
                      WHEN r.state = 'open' THEN 'reserved'
                      ELSE r.state::text END
          FROM ledger.reservations r WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id), 'new')
      END AS outcome,
      row_number() OVER (PARTITION BY i.account_id, i.reservation_id ORDER BY i.item) AS occurrence
    FROM unnest(p_items) i LEFT JOIN ledger.accounts a ON a.account_id = i.account_id AND a.account_id = ANY (v_account_ids)
  ), summed AS (
    SELECT k.*,
      sum(k.amount) FILTER (WHERE k.outcome = 'new') OVER (PARTITION BY k.account_id) AS account_total,
      bool_or(k.outcome = 'new' AND k.occurrence > 1) OVER (PARTITION BY k.account_id) AS has_twins,
      bool_or(k.group_id IS NOT NULL AND k.outcome NOT IN ('new', 'reserved')) OVER (PARTITION BY k.account_id) AS has_trouble
    FROM known k
  )
  SELECT array_agg(CASE WHEN s.outcome = 'new' THEN 'accepted' ELSE s.outcome END ORDER BY s.item),
         array_agg(DISTINCT s.account_id) FILTER (WHERE s.account_total > s.available OR s.has_twins OR s.has_trouble),
         array_agg(s.outcome = 'new' ORDER BY s.item), bool_or(s.is_capped AND s.outcome = 'new')
  INTO v_outcomes, v_accounts_to_walk, v_is_new, v_has_capped
  FROM summed s;
  IF v_has_capped THEN
    v_accounts_to_walk := v_accounts_to_walk || ledger.accounts_over_caps(p_items, v_is_new);
  END IF;

  IF v_accounts_to_walk IS NOT NULL THEN
    v_outcomes := ledger.decide_one_by_one(p_items, v_outcomes, v_accounts_to_walk);
  END IF;

  v_is_accepted := ARRAY(SELECT o = 'accepted' FROM unnest(v_outcomes) o);
  IF cardinality(v_outcomes) <= 4 THEN
    PERFORM ledger.hold_few(p_items, v_is_accepted, v_account_ids, v_now);
  ELSE
    PERFORM ledger.hold_many(p_items, v_is_accepted, v_account_ids, v_now);
  END IF;
  PERFORM ledger.count_usage(p_items, v_is_accepted);

  RETURN QUERY
    SELECT i.item, CASE WHEN v_is_accepted[i.item] THEN 'reserved' ELSE v_outcomes[i.item] END, a.available, a.reserved
    FROM unnest(p_items) i LEFT JOIN ledger.accounts a ON a.account_id = i.account_id AND a.account_id = ANY (v_account_ids);
END $$;

-- Sets credits aside. Items, in order: account_id, reservation_id, amount, reason (generation | free_retry), job_id,
-- output_id, return_after_seconds, member, project (whose caps it counts against), group_id (null: on its own; items of a
-- group are reserved together or not at all).
--
-- Per item: reserved | insufficient_credits | limit_exceeded | account_not_found | invalid_amount | key_reused |
-- group_refused, or, where that reservation has ended, committed | released (a release that came first left a tombstone).
CREATE OR REPLACE FUNCTION ledger.reserve(p_items jsonb)
RETURNS TABLE (item int, outcome text, available bigint, reserved bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.item, t.outcome, t.available, t.reserved FROM ledger.take(ledger.reserve_items(p_items), false) t
$$;
