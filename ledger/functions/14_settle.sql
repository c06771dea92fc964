-- The grant that returned credits stand in when theirs has expired: one per reservation, named after it.
CREATE OR REPLACE FUNCTION ledger.return_grant_id(p_reservation_id text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'grant_return_' || p_reservation_id $$;

-- Where credits that come back go, by the fate of the grant they came from. A voided grant wins over an expired one:
-- what was charged back never becomes spendable again.
CREATE OR REPLACE FUNCTION ledger.way_back(p_voided_at timestamptz, p_expires_at timestamptz, p_now timestamptz, p_expired_policy text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_voided_at IS NOT NULL THEN 'voided'
              WHEN p_expires_at > p_now THEN 'alive'
              WHEN p_expired_policy = 'expire' THEN 'expire'
              ELSE 'return' END
$$;

CREATE OR REPLACE FUNCTION ledger.settle_items(p_items jsonb) RETURNS ledger.settle_item[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(i.account_id, i.reservation_id, i.verb, i.amount, i.cause, i.expired_policy, i.return_grant_hours,
                       i.item)::ledger.settle_item ORDER BY i.item)
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, reservation_id text, verb ledger.settle_verb,
         amount bigint, cause text, expired_policy ledger.expired_policy, return_grant_hours int)) WITH ORDINALITY
         AS i (account_id, reservation_id, verb, amount, cause, expired_policy, return_grant_hours, item)
$$;

-- Items: account_id, reservation_id, verb (commit | release), amount (of a commit: what it cost, at most what was
-- reserved; the rest returns), cause (of the release), expired_policy (return_grant | expire: what becomes of credits
-- whose grant expired while they were reserved; the policy is domain's), return_grant_hours.
--
-- Per item: committed | released (how the reservation stands now: whoever lost the race reads the winner's word here)
-- | not_found | exceeds_reserved | key_reused (a second commit of another amount) | invalid_amount. The releasing of an
-- unknown id leaves a tombstone, so that a reserve that arrives late moves nothing.
CREATE OR REPLACE FUNCTION ledger.settle(p_items jsonb)
RETURNS TABLE (item int, outcome text, is_replay boolean, committed bigint, released bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_nestloop = off
  SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_items    ledger.settle_item[] := ledger.settle_items(p_items);
  v_account_ids text[] := ARRAY(SELECT DISTINCT i.account_id FROM unnest(v_items) i);
  v_now      timestamptz;
  v_outcomes text[];
  v_is_accepted boolean[];  -- fixed width: looked up per item
  -- Where the accepted reservations stand. Every writer of a reservation holds its account's lock, so it stays there.
  v_places   tid[];
BEGIN
  v_now := ledger.lock_accounts(v_account_ids);

  -- The first sound item ends the reservation (or buries an id no reserve has used yet); what stands after it in the
  -- array finds it ended, what stands before it is refused for its own reason.
  WITH known AS MATERIALIZED (  -- else each use of a field would look the row up again
    SELECT i.item, i.account_id, i.reservation_id, i.verb, i.amount,
           (SELECT ROW(r.ctid, r.state, r.amount, r.committed, r.released)::ledger.standing FROM ledger.reservations r
            WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id) AS known
    FROM unnest(v_items) i
  ), judged AS (
    SELECT k.item, k.account_id, k.reservation_id, (k.known).state, (k.known).place,
      CASE
        WHEN k.verb = 'commit' AND (k.amount IS NULL OR k.amount < 0 OR (k.amount = 0 AND (k.known).amount > 0)) THEN 'invalid_amount'
        WHEN k.verb = 'commit' AND (k.known).amount IS NULL THEN 'not_found'
        WHEN k.verb = 'commit' AND k.amount > (k.known).amount THEN 'exceeds_reserved'
      END AS refusal
    FROM known k
  ), decided AS (
    SELECT i.item, i.place,
      CASE
        WHEN i.refusal = 'invalid_amount' THEN i.refusal
        WHEN i.state <> 'open' OR i.item > i.ends_at THEN 'ended'
        WHEN i.item = i.ends_at THEN CASE WHEN i.state IS NULL THEN 'buried' ELSE 'accepted' END
        ELSE i.refusal
      END AS outcome
    FROM (
      SELECT j.*, min(j.item) FILTER (WHERE j.refusal IS NULL) OVER (PARTITION BY j.account_id, j.reservation_id) AS ends_at
      FROM judged j
    ) i
  )
  SELECT array_agg(d.outcome ORDER BY d.item), array_agg(d.outcome = 'accepted' ORDER BY d.item),
         array_agg(d.place) FILTER (WHERE d.outcome = 'accepted')
  INTO v_outcomes, v_is_accepted, v_places
  FROM decided d;

  IF 'buried' = ANY (v_outcomes) THEN
    INSERT INTO ledger.reservations (account_id, reservation_id, reason, amount, state, part_grant_ids, part_amounts, cause,
                                     period_starts_at, return_by, created_at, settled_at, reserve_entries, settle_entries)
    SELECT i.account_id, i.reservation_id, 'tombstone', 0, 'released', '{}', '{}', i.cause, v_now, v_now, v_now, v_now, 'empty', 'empty'
    FROM unnest(v_items) i WHERE v_outcomes[i.item] = 'buried'
    ON CONFLICT DO NOTHING;
  END IF;

  IF cardinality(v_outcomes) <= 4 THEN
    PERFORM ledger.end_few(v_items, v_is_accepted, v_account_ids, v_now);
  ELSIF v_places IS NOT NULL THEN
    PERFORM ledger.end_many(v_items, v_is_accepted, v_account_ids, v_places, v_now);
  END IF;

  RETURN QUERY
    WITH answer AS MATERIALIZED (
      SELECT i.item, i.verb, i.amount,
             (SELECT ROW(r.ctid, r.state, r.amount, r.committed, r.released)::ledger.standing FROM ledger.reservations r
              WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id) AS held,
             CASE WHEN v_outcomes[i.item] NOT IN ('accepted', 'buried', 'ended') THEN v_outcomes[i.item] END AS refusal
      FROM unnest(v_items) i
    )
    SELECT n.item,
           CASE WHEN n.refusal IS NOT NULL THEN n.refusal
                WHEN n.verb = 'commit' AND (n.held).state = 'committed' AND (n.held).committed <> n.amount THEN 'key_reused'
                ELSE (n.held).state::text END,
           v_outcomes[n.item] = 'ended',
           CASE WHEN n.refusal IS NULL THEN (n.held).committed END, CASE WHEN n.refusal IS NULL THEN (n.held).released END
    FROM answer n;
END $$;

-- Makes the grants that these moves bring credits into from outside: what comes back of a reservation whose grant has
-- expired. One per reservation, and a reservation ends once. It lives to the later of so many hours and the period's end.
CREATE OR REPLACE FUNCTION ledger.make_return_grants(p_items ledger.settle_item[], p_is_accepted boolean[], p_account_ids text[],
                                          p_moves ledger.move[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM unnest(p_moves) m WHERE m.from_bucket = 'outside') THEN
    RETURN;
  END IF;
  INSERT INTO ledger.grants (account_id, grant_id, source, band, effective_at, expires_at, reason, created_at, ordinal)
  SELECT m.account_id, m.grant_id, 'return', 2, p_now,
         -- Of a plan that is not renewed yet, the period it will be renewed for: the account's follow the plan's.
         greatest(p_now + make_interval(hours => i.return_grant_hours), CASE WHEN l.next_plan IS NOT NULL THEN a.period_ends_at
                                                                             ELSE l.period_ends_at END), m.reason, p_now,
         a.entry_seq + m.step
  FROM (
    SELECT DISTINCT ON (n.account_id, n.grant_id) n.*
    FROM (
      SELECT u.*, row_number() OVER (PARTITION BY u.account_id ORDER BY u.ordinality) AS step
      FROM unnest(p_moves) WITH ORDINALITY
           AS u (account_id, grant_id, kind, from_bucket, to_bucket, amount, reservation_id, reason, ordinality)
    ) n
    WHERE n.from_bucket = 'outside'
    ORDER BY n.account_id, n.grant_id, n.step
  ) m
  JOIN ledger.accounts a ON a.account_id = m.account_id
  LEFT JOIN ledger.plans l ON l.account_id = m.account_id
  JOIN unnest(p_items) i
    ON i.account_id = m.account_id AND i.reservation_id = m.reservation_id AND p_is_accepted[i.item]
  WHERE a.account_id = ANY (p_account_ids);
END $$;

-- Ends accepted reservations one after the other: of what each grant gave, in burn order, the first credits are spent, as
-- many as the commit says; the rest goes back, last given first returned, to where its grant's fate sends it.
CREATE OR REPLACE FUNCTION ledger.end_few(p_items ledger.settle_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_item  record;
  v_held  record;
  v_way   record;
  v_spent bigint;
  v_here  bigint;
  v_moves ledger.move[];
  v_passes boolean;
BEGIN
  FOR v_item IN SELECT i.* FROM unnest(p_items) i WHERE p_is_accepted[i.item] ORDER BY i.item LOOP
    SELECT r.part_grant_ids, r.part_amounts, r.amount, r.member, r.project INTO STRICT v_held FROM ledger.reservations r
    WHERE r.account_id = v_item.account_id AND r.reservation_id = v_item.reservation_id;
    v_spent := CASE v_item.verb WHEN 'commit' THEN v_item.amount ELSE 0 END;
    v_moves := NULL;
    v_passes := false;
    FOR n IN 1 .. cardinality(v_held.part_amounts) LOOP
      v_here := least(v_spent, v_held.part_amounts[n]);
      EXIT WHEN v_here = 0;
      v_moves := v_moves || ROW(v_item.account_id, v_held.part_grant_ids[n], 'commit', 'reserved', 'spent', v_here,
                                v_item.reservation_id, 'delivered')::ledger.move;
      v_spent := v_spent - v_here;
      v_held.part_amounts[n] := v_held.part_amounts[n] - v_here;
    END LOOP;
    FOR n IN REVERSE cardinality(v_held.part_amounts) .. 1 LOOP
      EXIT WHEN v_held.part_amounts[n] = 0;
      FOR v_way IN
        SELECT w.* FROM ledger.grants g
        JOIN ledger.ways_back w ON w.way = ledger.way_back(g.voided_at, g.expires_at, p_now, v_item.expired_policy)
        WHERE g.account_id = v_item.account_id AND g.grant_id = v_held.part_grant_ids[n] ORDER BY w.then
      LOOP
        v_passes := v_passes OR v_way.way = 'expire';
        v_moves := v_moves || ROW(v_item.account_id,
          CASE WHEN v_way.on_new_grant THEN ledger.return_grant_id(v_item.reservation_id) ELSE v_held.part_grant_ids[n] END,
          v_way.kind, v_way.from_bucket, v_way.to_bucket, v_held.part_amounts[n], v_item.reservation_id, v_item.cause)::ledger.move;
      END LOOP;
    END LOOP;

    v_spent := CASE v_item.verb WHEN 'commit' THEN v_item.amount ELSE 0 END;
    IF v_held.amount > v_spent AND (v_held.member IS NOT NULL OR v_held.project IS NOT NULL) THEN
      PERFORM ledger.uncount_usage(ARRAY[v_item.account_id], ARRAY[v_item.reservation_id], ARRAY[v_held.amount - v_spent]);
    END IF;
    UPDATE ledger.reservations r
    SET state = CASE v_item.verb WHEN 'commit' THEN 'committed' ELSE 'released' END::ledger.reservation_state,
        committed = v_spent, released = r.amount - v_spent, cause = v_item.cause, settled_at = p_now,
        settle_entries = int8range(a.entry_seq + 1, a.entry_seq + 1 + coalesce(cardinality(v_moves), 0))
    FROM ledger.accounts a
    WHERE a.account_id = v_item.account_id
      AND r.account_id = v_item.account_id AND r.reservation_id = v_item.reservation_id;
    PERFORM ledger.make_return_grants(p_items, p_is_accepted, p_account_ids, v_moves, p_now);
    IF v_passes THEN
      -- As one change of the balance: credits that are available for no time must not make it rise and fall.
      PERFORM ledger.post_many(p_account_ids, v_moves, p_now);
    ELSE
      PERFORM ledger.post(p_account_ids, v_moves, p_now);
    END IF;
  END LOOP;
END $$;

-- The same as a set: what each grant of a reservation gave is laid end to end; the first stretch is spent, the rest goes back.
CREATE OR REPLACE FUNCTION ledger.end_many(p_items ledger.settle_item[], p_is_accepted boolean[], p_account_ids text[], p_places tid[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
  v_moves ledger.move[];
BEGIN
  PERFORM ledger.uncount_usage(array_agg(i.account_id), array_agg(i.reservation_id),
                               array_agg(r.amount - CASE i.verb WHEN 'commit' THEN i.amount ELSE 0 END))
  FROM ledger.reservations r
  JOIN unnest(p_items) i ON i.account_id = r.account_id AND i.reservation_id = r.reservation_id
  WHERE r.ctid = ANY (p_places) AND p_is_accepted[i.item] AND (r.member IS NOT NULL OR r.project IS NOT NULL)
    AND r.amount > CASE i.verb WHEN 'commit' THEN i.amount ELSE 0 END
  HAVING count(*) > 0;

  WITH ending AS MATERIALIZED (
    SELECT i.item, i.account_id, i.reservation_id, i.cause, i.expired_policy, i.verb, r.ctid AS place, r.part_grant_ids,
           r.part_amounts, CASE i.verb WHEN 'commit' THEN i.amount ELSE 0 END AS spent
    FROM ledger.reservations r
    JOIN unnest(p_items) i ON i.account_id = r.account_id AND i.reservation_id = r.reservation_id
    WHERE r.ctid = ANY (p_places) AND p_is_accepted[i.item]
  ), part AS MATERIALIZED (
    SELECT p.item, p.account_id, p.reservation_id, p.cause, p.grant_id, p.ordinal,
           greatest(0, least(p.upper, p.spent) - p.lower) AS spent_here,
           p.amount - greatest(0, least(p.upper, p.spent) - p.lower) AS back,
           ledger.way_back(g.voided_at, g.expires_at, p_now, p.expired_policy) AS way
    FROM (
      SELECT u.*, sum(u.amount) OVER parts AS upper, sum(u.amount) OVER parts - u.amount AS lower
      FROM (
        SELECT e.item, e.account_id, e.reservation_id, e.cause, e.expired_policy, e.spent,
               generate_subscripts(e.part_amounts, 1) AS ordinal, unnest(e.part_grant_ids) AS grant_id,
               unnest(e.part_amounts) AS amount
        FROM ending e
      ) u
      WINDOW parts AS (PARTITION BY u.item ORDER BY u.ordinal ROWS UNBOUNDED PRECEDING)
    ) p
    JOIN ledger.grants g ON g.account_id = p.account_id AND g.grant_id = p.grant_id
    WHERE g.account_id = ANY (p_account_ids)
  ), move AS (
    SELECT p.item, p.ordinal AS first, 0 AS then, p.account_id, p.grant_id, 'commit'::ledger.entry_kind AS kind,
           'reserved'::ledger.bucket AS from_bucket, 'spent'::ledger.bucket AS to_bucket, p.spent_here AS amount,
           p.reservation_id, 'delivered' AS reason
    FROM part p WHERE p.spent_here > 0
    UNION ALL
    SELECT p.item, 1000000 - p.ordinal, w.then, p.account_id,
           CASE w.on_new_grant WHEN true THEN ledger.return_grant_id(p.reservation_id) ELSE p.grant_id END,
           w.kind, w.from_bucket, w.to_bucket, p.back, p.reservation_id, p.cause
    FROM part p JOIN ledger.ways_back w ON w.way = p.way
    WHERE p.back > 0
  ), numbered AS MATERIALIZED (
    SELECT m.*, row_number() OVER (PARTITION BY m.account_id ORDER BY m.item, m.first, m.then) AS step FROM move m
  ), ended AS (
    UPDATE ledger.reservations r
    SET state = CASE e.verb WHEN 'commit' THEN 'committed' ELSE 'released' END::ledger.reservation_state,
        committed = e.spent, released = r.amount - e.spent, cause = e.cause, settled_at = p_now,
        settle_entries = CASE WHEN s.first_step IS NULL THEN 'empty'
                              ELSE int8range(a.entry_seq + s.first_step, a.entry_seq + s.last_step, '[]') END
    FROM ending e
    JOIN ledger.accounts a ON a.account_id = e.account_id
    LEFT JOIN (
      SELECT n.item, min(n.step) AS first_step, max(n.step) AS last_step FROM numbered n GROUP BY n.item
    ) s ON s.item = e.item
    WHERE a.account_id = ANY (p_account_ids) AND r.ctid = e.place AND r.ctid = ANY (p_places)
  )
  SELECT array_agg(ROW(n.account_id, n.grant_id, n.kind, n.from_bucket, n.to_bucket, n.amount, n.reservation_id,
                       n.reason)::ledger.move ORDER BY n.step)
  INTO v_moves FROM numbered n;
  PERFORM ledger.make_return_grants(p_items, p_is_accepted, p_account_ids, v_moves, p_now);
  PERFORM ledger.post(p_account_ids, v_moves, p_now);
END $$;
