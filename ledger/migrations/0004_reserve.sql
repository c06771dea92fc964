-- Up Migration

-- The items as rows, numbered from 1: read once, since reading JSON is a good part of a call's time.
CREATE TYPE ledger.reserve_item AS (
  account_id           text,
  reservation_id       text,
  amount               bigint,
  reason               text,
  job_id               text,
  output_id            text,
  return_after_seconds double precision,
  group_id             text,
  item                 int
);

CREATE FUNCTION ledger.reserve_items(p_items jsonb) RETURNS ledger.reserve_item[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(i.account_id, i.reservation_id, i.amount, coalesce(i.reason, 'generation'), i.job_id, i.output_id,
                       i.return_after_seconds, i.group_id, i.item)::ledger.reserve_item ORDER BY i.item)
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, reservation_id text, amount bigint, reason text,
         job_id text, output_id text, return_after_seconds double precision, group_id text)) WITH ORDINALITY
         AS i (account_id, reservation_id, amount, reason, job_id, output_id, return_after_seconds, group_id, item)
$$;

-- Sets credits aside. Items, in order: account_id, reservation_id, amount, reason (generation | free_retry), job_id,
-- output_id, return_after_seconds, group_id (null: on its own; items of a group are reserved together or not at all).
--
-- Per item: reserved | insufficient_credits | account_not_found | invalid_amount | key_reused | group_refused, or, where
-- that reservation has ended, committed | released (a release that came first left a tombstone). The result is that of
-- reserving one item after the other: decided as a set where an account can afford all its items, one by one where it
-- cannot; then what was accepted is held, a few one after the other, many as a set.
CREATE FUNCTION ledger.reserve(p_items jsonb)
RETURNS TABLE (item int, outcome text, available bigint, reserved bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_nestloop = off
  SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_items    ledger.reserve_item[] := ledger.reserve_items(p_items);
  v_account_ids text[] := ARRAY(SELECT DISTINCT i.account_id FROM unnest(v_items) i);
  v_now      timestamptz;
  v_outcomes text[];
  v_is_accepted boolean[];  -- fixed width: looked up per item
  v_accounts_to_walk text[];
BEGIN
  v_now := ledger.lock_accounts(v_account_ids);

  -- What is known of each item before its balance is looked at: the key comes first.
  WITH known AS MATERIALIZED (
    SELECT i.item, i.account_id, i.group_id, i.amount, a.available,
      CASE
        WHEN a.account_id IS NULL THEN 'account_not_found'
        WHEN NOT ledger.is_reservable(i.amount, i.reason) THEN 'invalid_amount'
        ELSE coalesce((
          SELECT CASE WHEN r.reason = 'tombstone' THEN 'released'
                      WHEN r.amount <> i.amount OR r.reason <> i.reason OR r.job_id IS DISTINCT FROM i.job_id
                        OR r.output_id IS DISTINCT FROM i.output_id THEN 'key_reused'
                      WHEN r.state = 'open' THEN 'reserved'
                      ELSE r.state::text END
          FROM ledger.reservations r WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id), 'new')
      END AS outcome,
      row_number() OVER (PARTITION BY i.account_id, i.reservation_id ORDER BY i.item) AS occurrence
    FROM unnest(v_items) i LEFT JOIN ledger.accounts a ON a.account_id = i.account_id AND a.account_id = ANY (v_account_ids)
  ), summed AS (
    SELECT k.*,
      sum(k.amount) FILTER (WHERE k.outcome = 'new') OVER (PARTITION BY k.account_id) AS account_total,
      bool_or(k.outcome = 'new' AND k.occurrence > 1) OVER (PARTITION BY k.account_id) AS has_twins,
      bool_or(k.group_id IS NOT NULL AND k.outcome NOT IN ('new', 'reserved')) OVER (PARTITION BY k.account_id) AS has_trouble
    FROM known k
  )
  SELECT array_agg(CASE WHEN s.outcome = 'new' THEN 'accepted' ELSE s.outcome END ORDER BY s.item),
         array_agg(DISTINCT s.account_id) FILTER (WHERE s.account_total > s.available OR s.has_twins OR s.has_trouble)
  INTO v_outcomes, v_accounts_to_walk
  FROM summed s;

  IF v_accounts_to_walk IS NOT NULL THEN
    v_outcomes := ledger.decide_one_by_one(v_items, v_outcomes, v_accounts_to_walk);
  END IF;

  v_is_accepted := ARRAY(SELECT o = 'accepted' FROM unnest(v_outcomes) o);
  IF cardinality(v_outcomes) <= 4 THEN
    PERFORM ledger.hold_few(v_items, v_is_accepted, v_account_ids, v_now);
  ELSE
    PERFORM ledger.hold_many(v_items, v_is_accepted, v_account_ids, v_now);
  END IF;

  RETURN QUERY
    SELECT i.item, CASE WHEN v_is_accepted[i.item] THEN 'reserved' ELSE v_outcomes[i.item] END, a.available, a.reserved
    FROM unnest(v_items) i LEFT JOIN ledger.accounts a ON a.account_id = i.account_id AND a.account_id = ANY (v_account_ids);
END $$;

-- What was accepted is covered by grants to the last credit; the accounts' CHECKs cannot see this.
CREATE FUNCTION ledger.require_covered(p_uncovered numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_uncovered <> 0 THEN
    RAISE EXCEPTION 'accepted reservations exceed the grants by % credits', p_uncovered USING ERRCODE = 'HF002';
  END IF;
END $$;

-- Makes the reservations of accepted items and moves their credits, one item after the other: from the first grant in
-- burn order what it can give, then from the next. (Why few and many are apart: see post.)
CREATE FUNCTION ledger.hold_few(p_items ledger.reserve_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_item    record;
  v_grant   record;
  v_left    bigint;
  v_ids     text[];
  v_amounts bigint[];
  v_moves   ledger.move[];
BEGIN
  FOR v_item IN SELECT i.* FROM unnest(p_items) i WHERE p_is_accepted[i.item] ORDER BY i.item LOOP
    v_left := v_item.amount;
    v_ids := '{}';
    v_amounts := '{}';
    v_moves := NULL;
    IF v_left > 0 THEN
      FOR v_grant IN
        SELECT g.grant_id, g.available FROM ledger.grants g
        WHERE g.account_id = v_item.account_id AND g.available > 0 ORDER BY g.band, g.expires_at, g.ordinal
      LOOP
        v_ids := v_ids || v_grant.grant_id;
        v_amounts := v_amounts || least(v_left, v_grant.available);
        v_moves := v_moves || ROW(v_item.account_id, v_grant.grant_id, 'reserve', 'available', 'reserved',
                                  least(v_left, v_grant.available), v_item.reservation_id, v_item.reason)::ledger.move;
        v_left := v_left - least(v_left, v_grant.available);
        EXIT WHEN v_left = 0;
      END LOOP;
    END IF;
    PERFORM ledger.require_covered(v_left);
    INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, part_grant_ids,
                                     part_amounts, return_by, created_at, reserve_entries)
    SELECT v_item.account_id, v_item.reservation_id, v_item.job_id, v_item.output_id, v_item.reason, v_item.amount, 'open',
           v_ids, v_amounts, p_now + make_interval(secs => v_item.return_after_seconds), p_now,
           int8range(a.entry_seq + 1, a.entry_seq + 1 + cardinality(v_ids))
    FROM ledger.accounts a WHERE a.account_id = v_item.account_id;
    PERFORM ledger.post(p_account_ids, v_moves, p_now);
  END LOOP;
END $$;

-- The same as a set: the accepted amounts are laid, end to end in array order, over the account's grants, end to end in
-- burn order; where two stretches overlap, that grant gives that much.
CREATE FUNCTION ledger.hold_many(p_items ledger.reserve_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
  v_moves ledger.move[];
BEGIN
  WITH accepted AS MATERIALIZED (
    SELECT i.*, sum(i.amount) OVER in_account AS upper, sum(i.amount) OVER in_account - i.amount AS lower
    FROM unnest(p_items) i
    WHERE p_is_accepted[i.item]
    WINDOW in_account AS (PARTITION BY i.account_id ORDER BY i.item ROWS UNBOUNDED PRECEDING)
  ), burn AS MATERIALIZED (
    SELECT g.account_id, g.grant_id, sum(g.available) OVER in_account AS upper,
           sum(g.available) OVER in_account - g.available AS lower
    FROM ledger.grants g
    WHERE g.account_id = ANY (p_account_ids) AND g.available > 0
    WINDOW in_account AS (PARTITION BY g.account_id ORDER BY g.band, g.expires_at, g.ordinal ROWS UNBOUNDED PRECEDING)
  ), part AS MATERIALIZED (
    SELECT a.item, a.account_id, a.reservation_id, a.reason, b.grant_id,
           (least(a.upper, b.upper) - greatest(a.lower, b.lower))::bigint AS amount,
           row_number() OVER (PARTITION BY a.account_id ORDER BY a.item, b.lower) AS step
    FROM accepted a
    -- A free retry is a stretch of no length: it overlaps nothing, wherever it lies.
    JOIN burn b ON b.account_id = a.account_id AND b.lower < a.upper AND a.lower < b.upper AND a.amount > 0
  ), reservation AS (
    INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, part_grant_ids,
                                     part_amounts, return_by, created_at, reserve_entries)
    SELECT a.account_id, a.reservation_id, a.job_id, a.output_id, a.reason, a.amount, 'open', coalesce(p.grant_ids, '{}'),
           coalesce(p.amounts, '{}'), p_now + make_interval(secs => a.return_after_seconds), p_now,
           CASE a.amount WHEN 0 THEN 'empty' ELSE int8range(x.entry_seq + p.first_step, x.entry_seq + p.last_step, '[]') END
    FROM accepted a
    JOIN ledger.accounts x ON x.account_id = a.account_id
    LEFT JOIN (
      SELECT p.item, array_agg(p.grant_id ORDER BY p.step) AS grant_ids, array_agg(p.amount ORDER BY p.step) AS amounts,
             min(p.step) AS first_step, max(p.step) AS last_step
      FROM part p GROUP BY p.item
    ) p ON p.item = a.item
    WHERE x.account_id = ANY (p_account_ids)
  )
  SELECT array_agg(ROW(p.account_id, p.grant_id, 'reserve', 'available', 'reserved', p.amount, p.reservation_id,
                       p.reason)::ledger.move ORDER BY p.step)
  INTO v_moves FROM part p;
  PERFORM ledger.require_covered(
    coalesce((SELECT sum(i.amount) FROM unnest(p_items) i WHERE p_is_accepted[i.item]), 0)
    - coalesce((SELECT sum(m.amount) FROM unnest(v_moves) m), 0));
  PERFORM ledger.post(p_account_ids, v_moves, p_now);
END $$;

-- Zero is refused everywhere but for a free retry, which holds nothing and is watched all the same.
CREATE FUNCTION ledger.is_reservable(p_amount bigint, p_reason text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(CASE p_reason WHEN 'free_retry' THEN p_amount = 0
                                WHEN 'generation' THEN p_amount BETWEEN 1 AND 1000000000000
                                ELSE false END, false)
$$;

-- Decides the items of the accounts that cannot afford all of theirs, or that carry an id twice: one unit after the other,
-- in array order. A unit is an item on its own, or the items of a group, decided where the first of them stands.
CREATE FUNCTION ledger.decide_one_by_one(p_items ledger.reserve_item[], p_outcomes text[], p_account_ids text[])
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
  v_verdict   text;
  v_item      int;
BEGIN
  FOR v_unit IN
    SELECT i.account_id, i.available, array_agg(i.item ORDER BY i.item) AS items,
           array_agg(i.reservation_id ORDER BY i.item) AS ids, array_agg(i.amount ORDER BY i.item) AS amounts,
           array_agg(i.has_twin ORDER BY i.item) AS has_twin, array_agg(i.content ORDER BY i.item) AS contents,
           bool_and(p_outcomes[i.item] IN ('accepted', 'reserved')) AS is_sound
    FROM (
      SELECT n.*, a.available, count(*) OVER (PARTITION BY n.account_id, n.reservation_id) > 1 AS has_twin,
             jsonb_build_array(n.amount, n.reason, n.job_id, n.output_id) AS content
      FROM unnest(p_items) n JOIN ledger.accounts a ON a.account_id = n.account_id
      WHERE n.account_id = ANY (p_account_ids)
    ) i
    GROUP BY i.account_id, i.available, coalesce('group ' || i.group_id, 'item ' || i.item)
    ORDER BY i.account_id, min(i.item)
  LOOP
    IF v_account IS DISTINCT FROM v_unit.account_id THEN
      v_account := v_unit.account_id;
      v_available := v_unit.available;
      v_taken := '{}';
    END IF;

    v_taking := v_taken;
    v_needed := 0;
    v_is_sound := v_unit.is_sound;
    FOR n IN 1 .. cardinality(v_unit.items) LOOP
      v_item := v_unit.items[n];
      CONTINUE WHEN p_outcomes[v_item] <> 'accepted';
      IF v_unit.has_twin[n] AND v_taking ? v_unit.ids[n] THEN
        p_outcomes[v_item] := CASE WHEN v_taking -> v_unit.ids[n] = v_unit.contents[n] THEN 'reserved' ELSE 'key_reused' END;
        v_is_sound := v_is_sound AND p_outcomes[v_item] = 'reserved';
      ELSE
        v_needed := v_needed + v_unit.amounts[n];
        IF v_unit.has_twin[n] THEN
          v_taking := v_taking || jsonb_build_object(v_unit.ids[n], v_unit.contents[n]);
        END IF;
      END IF;
    END LOOP;

    v_verdict := CASE WHEN NOT v_is_sound THEN 'group_refused' WHEN v_needed > v_available THEN 'insufficient_credits'
                      ELSE 'accepted' END;
    IF v_verdict = 'accepted' THEN
      v_available := v_available - v_needed;
      v_taken := v_taking;
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

-- Down Migration
