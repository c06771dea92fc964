-- Up Migration
-- The two endings of a reservation, one code path: commit and release are thin words over settle.

-- Items: account_id, reservation_id, verb (commit | release), amount (of a commit: what it cost, at most what was
-- reserved; the rest returns), cause (of the release), expired_policy (return_grant | expire: what becomes of credits
-- whose grant expired while they were reserved; the policy is domain's), return_grant_hours.
--
-- Per item: committed | released (how the reservation stands now: whoever lost the race reads the winner's word here)
-- | not_found | exceeds_reserved | key_reused (a second commit of another amount) | invalid_amount. The releasing of an
-- unknown id leaves a tombstone, so that a reserve that arrives late moves nothing.
CREATE FUNCTION ledger.settle(p_items jsonb)
RETURNS TABLE (item int, outcome text, is_replay boolean, committed bigint, released bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_nestloop = off
  SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_account_ids text[] := ARRAY(SELECT DISTINCT i->>'account_id' FROM jsonb_array_elements(p_items) i);
  v_now      timestamptz;
  v_outcomes text[];
  v_is_accepted boolean[];  -- fixed width: looked up per item
  v_moves    ledger.move[];
BEGIN
  v_now := ledger.lock_accounts(v_account_ids);

  -- The first sound item ends the reservation (or buries an id no reserve has used yet); what stands after it in the
  -- array finds it ended, what stands before it is refused for its own reason.
  SELECT array_agg(
    CASE
      WHEN i.refusal = 'invalid_amount' THEN i.refusal
      WHEN i.state <> 'open' OR i.item > i.ends_at THEN 'ended'
      WHEN i.item = i.ends_at THEN CASE WHEN i.state IS NULL THEN 'buried' ELSE 'accepted' END
      ELSE i.refusal
    END ORDER BY i.item)
  INTO v_outcomes
  FROM (
    SELECT n.*, min(n.item) FILTER (WHERE n.refusal IS NULL) OVER (PARTITION BY n.account_id, n.reservation_id) AS ends_at
    FROM (
      SELECT k.item, k.account_id, k.reservation_id, (k.known).state AS state,
        CASE
          WHEN k.verb = 'commit' AND (k.amount IS NULL OR k.amount < 0 OR (k.amount = 0 AND (k.known).amount > 0)) THEN 'invalid_amount'
          WHEN k.verb = 'commit' AND k.known IS NULL THEN 'not_found'
          WHEN k.verb = 'commit' AND k.amount > (k.known).amount THEN 'exceeds_reserved'
        END AS refusal
      FROM (
        SELECT i.*, (SELECT r FROM ledger.reservations r
                     WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id) AS known
        FROM ledger.settle_items(p_items) i
      ) k
    ) n
  ) i;

  INSERT INTO ledger.reservations (account_id, reservation_id, reason, amount, state, part_grant_ids, part_amounts, cause,
                                   return_by, created_at, settled_at, reserve_entries, settle_entries)
  SELECT i.account_id, i.reservation_id, 'tombstone', 0, 'released', '{}', '{}', i.cause, v_now, v_now, v_now, 'empty', 'empty'
  FROM ledger.settle_items(p_items) i JOIN unnest(v_outcomes) WITH ORDINALITY o (outcome, item) ON o.item = i.item
  WHERE o.outcome = 'buried'
  ON CONFLICT DO NOTHING;

  v_is_accepted := ARRAY(SELECT o = 'accepted' FROM unnest(v_outcomes) o);

  -- What each grant of a reservation gave is laid end to end: the first stretch, as long as the commit, is spent; the
  -- rest goes back, last given first returned, to where its grant's fate sends it.
  WITH ending AS MATERIALIZED (
    SELECT i.item, i.account_id, i.reservation_id, i.cause, i.expired_policy, i.return_grant_hours, i.verb,
           CASE i.verb WHEN 'commit' THEN i.amount ELSE 0 END AS spent,
           (SELECT r FROM ledger.reservations r
            WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id) AS held,
           -- Every writer of this row holds its account's lock, so its place does not change before the update below.
           (SELECT r.ctid FROM ledger.reservations r
            WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id) AS place
    FROM ledger.settle_items(p_items) i
    WHERE v_is_accepted[i.item]
  ), part AS MATERIALIZED (
    SELECT e.item, e.account_id, e.reservation_id, e.cause, e.expired_policy, e.return_grant_hours, p.grant_id, p.ordinal,
           g.expires_at, g.voided_at, greatest(0, least(p.upper, e.spent) - p.lower) AS spent_here,
           p.amount - greatest(0, least(p.upper, e.spent) - p.lower) AS back
    FROM ending e
    JOIN (
      SELECT u.*, sum(u.amount) OVER parts AS upper, sum(u.amount) OVER parts - u.amount AS lower
      FROM (
        SELECT e.item, generate_subscripts((e.held).part_amounts, 1) AS ordinal, unnest((e.held).part_grant_ids) AS grant_id,
               unnest((e.held).part_amounts) AS amount
        FROM ending e
      ) u
      WINDOW parts AS (PARTITION BY u.item ORDER BY u.ordinal ROWS UNBOUNDED PRECEDING)
    ) p ON p.item = e.item
    JOIN ledger.grants g ON g.account_id = e.account_id AND g.grant_id = p.grant_id
    WHERE g.account_id = ANY (v_account_ids)
  ), returned AS (
    INSERT INTO ledger.grants (account_id, grant_id, source, band, effective_at, expires_at, reason, created_at, ordinal)
    SELECT p.account_id, ledger.return_grant_id(p.reservation_id), 'return', 2, v_now,
           greatest(v_now + make_interval(hours => max(p.return_grant_hours)), max(a.period_ends_at)), max(p.cause), v_now,
           max(a.entry_seq) + max(p.item)
    FROM part p JOIN ledger.accounts a ON a.account_id = p.account_id
    WHERE ledger.way_back(p.voided_at, p.expires_at, v_now, p.expired_policy) = 'return' AND p.back > 0
      AND a.account_id = ANY (v_account_ids)
    GROUP BY p.account_id, p.reservation_id
  ), move AS MATERIALIZED (
    SELECT p.item, p.ordinal AS first, 0 AS then, p.account_id, p.grant_id, 'commit'::ledger.entry_kind AS kind,
           'reserved'::ledger.bucket AS from_bucket, 'spent'::ledger.bucket AS to_bucket, p.spent_here AS amount,
           p.reservation_id, 'delivered' AS reason
    FROM part p WHERE p.spent_here > 0
    UNION ALL
    SELECT p.item, 1000000 - p.ordinal, w.then, p.account_id,
           CASE w.on_new_grant WHEN true THEN ledger.return_grant_id(p.reservation_id) ELSE p.grant_id END,
           w.kind, w.from_bucket, w.to_bucket, p.back, p.reservation_id, p.cause
    FROM part p JOIN ledger.ways_back w ON w.way = ledger.way_back(p.voided_at, p.expires_at, v_now, p.expired_policy)
    WHERE p.back > 0
  ), numbered AS MATERIALIZED (
    SELECT m.*, row_number() OVER (PARTITION BY m.account_id ORDER BY m.item, m.first, m.then)::int AS step FROM move m
  ), ended AS (
    UPDATE ledger.reservations r
    SET state = CASE e.verb WHEN 'commit' THEN 'committed' ELSE 'released' END::ledger.reservation_state,
        committed = e.spent, released = r.amount - e.spent, cause = e.cause, settled_at = v_now,
        settle_entries = CASE WHEN e.first_step IS NULL THEN 'empty'
                              ELSE int8range(a.entry_seq + e.first_step, a.entry_seq + e.last_step, '[]') END
    FROM (
      SELECT e.account_id, e.place, e.verb, e.spent, e.cause, min(n.step) AS first_step, max(n.step) AS last_step
      FROM ending e LEFT JOIN numbered n ON n.item = e.item
      GROUP BY e.account_id, e.place, e.verb, e.spent, e.cause
    ) e JOIN ledger.accounts a ON a.account_id = e.account_id
    WHERE a.account_id = ANY (v_account_ids) AND r.ctid = e.place AND r.ctid = ANY (ARRAY(SELECT e.place FROM ending e))
  )
  SELECT array_agg(ROW(n.step, n.account_id, n.grant_id, n.kind, n.from_bucket, n.to_bucket, n.amount, n.reservation_id,
                       n.reason)::ledger.move)
  INTO v_moves FROM numbered n;
  PERFORM ledger.post(v_account_ids, v_moves, v_now);

  RETURN QUERY
    SELECT n.item,
           CASE WHEN v_outcomes[n.item] NOT IN ('accepted', 'buried', 'ended') THEN v_outcomes[n.item]
                WHEN n.verb = 'commit' AND (n.held).state = 'committed' AND (n.held).committed <> n.amount THEN 'key_reused'
                ELSE (n.held).state::text END,
           v_outcomes[n.item] = 'ended', (n.held).committed, (n.held).released
    FROM (
      SELECT i.*, (SELECT r FROM ledger.reservations r
                   WHERE r.account_id = i.account_id AND r.reservation_id = i.reservation_id) AS held
      FROM ledger.settle_items(p_items) i
    ) n;
END $$;

CREATE FUNCTION ledger.settle_items(p_items jsonb)
RETURNS TABLE (account_id text, reservation_id text, verb text, amount bigint, cause text, expired_policy text,
               return_grant_hours int, item int)
LANGUAGE sql IMMUTABLE ROWS 100 AS $$
  SELECT i.account_id, i.reservation_id, i.verb, i.amount, i.cause, i.expired_policy, i.return_grant_hours, i.item::int
  FROM ROWS FROM (jsonb_to_recordset(p_items) AS (account_id text, reservation_id text, verb text, amount bigint,
         cause text, expired_policy text, return_grant_hours int)) WITH ORDINALITY
         AS i (account_id, reservation_id, verb, amount, cause, expired_policy, return_grant_hours, item)
$$;

-- The grant that returned credits stand in when theirs has expired: one per reservation, named after it.
CREATE FUNCTION ledger.return_grant_id(p_reservation_id text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'grant_return_' || p_reservation_id $$;

-- Where credits that come back go, by the fate of the grant they came from. A voided grant wins over an expired one:
-- what was charged back never becomes spendable again.
CREATE FUNCTION ledger.way_back(p_voided_at timestamptz, p_expires_at timestamptz, p_now timestamptz, p_expired_policy text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_voided_at IS NOT NULL THEN 'voided'
              WHEN p_expires_at > p_now THEN 'alive'
              WHEN p_expired_policy = 'expire' THEN 'expire'
              ELSE 'return' END
$$;

-- The moves of each way back, in order. (`then` orders two moves of the same part.)
CREATE VIEW ledger.ways_back (way, "then", kind, from_bucket, to_bucket, on_new_grant) AS
  SELECT w.way, w.ordinal, w.kind::ledger.entry_kind, w.from_bucket::ledger.bucket, w.to_bucket::ledger.bucket, w.on_new_grant
  FROM (VALUES
    ('alive',  1, 'release', 'reserved',  'available', false),
    ('voided', 1, 'void',    'reserved',  'voided',    false),
    ('expire', 1, 'release', 'reserved',  'available', false),
    ('expire', 2, 'expire',  'available', 'expired',   false),
    ('return', 1, 'expire',  'reserved',  'expired',   false),
    ('return', 2, 'release', 'outside',   'available', true)
  ) w (way, ordinal, kind, from_bucket, to_bucket, on_new_grant);

-- Down Migration
