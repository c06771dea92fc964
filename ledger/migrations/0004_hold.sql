-- Up Migration
-- How credits are held: of accepted items, which grants give how much.

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
  -- Whose spend it counts as.
  member               text,
  project              text,
  -- What a direct spend was for.
  note                 text,
  item                 int
);

CREATE FUNCTION ledger.reserve_items(p_items jsonb) RETURNS ledger.reserve_item[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(i.account_id, i.reservation_id, i.amount, coalesce(i.reason, 'generation'), i.job_id, i.output_id,
                       i.return_after_seconds, i.group_id, i.member, i.project, i.note, i.item)::ledger.reserve_item ORDER BY i.item)
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, reservation_id text, amount bigint, reason text,
         job_id text, output_id text, return_after_seconds double precision, group_id text,
         member text, project text, note text)) WITH ORDINALITY
         AS i (account_id, reservation_id, amount, reason, job_id, output_id, return_after_seconds, group_id, member, project, note, item)
$$;

-- How a reservation stands when it is made: open until it is settled, or, of a direct spend, committed from the start.
CREATE FUNCTION ledger.first_state(p_reason text) RETURNS ledger.reservation_state LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_reason WHEN 'direct_spend' THEN 'committed' ELSE 'open' END::ledger.reservation_state
$$;

-- What a reservation takes out of one of its grants.
CREATE FUNCTION ledger.hold_move(p_account_id text, p_reservation_id text, p_reason text, p_note text, p_grant_id text, p_amount bigint)
RETURNS ledger.move LANGUAGE sql IMMUTABLE AS $$
  SELECT ROW(p_account_id, p_grant_id,
             CASE p_reason WHEN 'direct_spend' THEN 'spend' ELSE 'reserve' END, 'available',
             CASE p_reason WHEN 'direct_spend' THEN 'spent' ELSE 'reserved' END,
             p_amount, p_reservation_id, coalesce(p_note, p_reason))::ledger.move
$$;

-- What was accepted is covered by grants to the last credit; the accounts' CHECKs cannot see this.
CREATE FUNCTION ledger.require_covered(p_uncovered numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_uncovered <> 0 THEN
    RAISE EXCEPTION 'accepted reservations exceed the grants by % credits', p_uncovered USING ERRCODE = 'HF002';
  END IF;
END $$;

-- Makes the reservations of accepted items and moves their credits, one item after the other: from the first grant in
-- burn order what it can give, then from the next. (Why few and many are apart: see post.) No sort, no bitmap: grants are
-- read off their index one after the other, as many as are burnt, of an account with a thousand too.
CREATE FUNCTION ledger.hold_few(p_items ledger.reserve_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
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
CREATE FUNCTION ledger.hold_many(p_items ledger.reserve_item[], p_is_accepted boolean[], p_account_ids text[], p_now timestamptz)
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

-- Down Migration
