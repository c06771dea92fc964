-- Up Migration

-- Opening and closing balance of a stretch of time and the sums by kind in between, as the available balance saw them:
-- opening + sums = closing. p_from null: since the account was opened; p_to null: until now. Null: no such account.
CREATE FUNCTION ledger.read_statement(p_account_id text, p_from timestamptz, p_to timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET timezone = 'UTC' AS $$
DECLARE
  v_from    timestamptz;
  v_to      timestamptz;
  v_first   bigint;
  v_last    bigint;
  v_opening bigint;
  v_closing bigint;
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  SELECT coalesce(p_from, o.opened_at), coalesce(p_to, greatest(ledger.clock(), a.moved_at))
  INTO v_from, v_to
  FROM ledger.account_profiles o JOIN ledger.accounts a ON a.account_id = o.account_id WHERE o.account_id = p_account_id;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  v_first := ledger.last_entry_before(p_account_id, v_from);
  v_last := CASE WHEN p_to IS NULL THEN (SELECT a.entry_seq FROM ledger.accounts a WHERE a.account_id = p_account_id)
                 ELSE ledger.last_entry_before(p_account_id, p_to) END;
  v_last := greatest(v_first, v_last);  -- a stretch that ends before it begins is empty
  SELECT e.balance_after INTO v_opening FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq = v_first;
  SELECT e.balance_after INTO v_closing FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq = v_last;
  RETURN jsonb_build_object('from', v_from, 'to', v_to, 'opening', coalesce(v_opening, 0), 'closing', coalesce(v_closing, 0),
    'sums', (
      SELECT jsonb_object_agg(k.kind, coalesce(m.credits, 0))
      FROM unnest(enum_range(NULL::ledger.entry_kind)) k (kind)
      LEFT JOIN (
        SELECT e.kind, sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount)) AS credits
        FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq > v_first AND e.seq <= v_last GROUP BY e.kind
      ) m ON m.kind = k.kind));
END $$;

-- What an accountant needs of a month (UTC), per source of credits: what was outstanding (a liability) when it began, what
-- was issued, spent, refunded, expired and voided in it, and what is outstanding at its end:
-- opening + issued - spent + refunded - expired - voided = outstanding. Derived from the journal, all of it: for a report,
-- not for a request.
CREATE FUNCTION ledger.report(p_month_starts_at timestamptz)
RETURNS TABLE (source text, opening bigint, issued bigint, spent bigint, refunded bigint, expired bigint, voided bigint, outstanding bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH month AS (
    SELECT p_month_starts_at AS starts_at, ledger.months_after(p_month_starts_at, 1) AS ends_at
  ), moved AS (
    SELECT g.source, e.created_at >= m.starts_at AS is_inside, e.from_bucket, e.to_bucket, sum(e.amount)::bigint AS amount
    FROM ledger.entries e
    JOIN month m ON e.created_at < m.ends_at
    JOIN ledger.grants g ON g.account_id = e.account_id AND g.grant_id = e.grant_id
    GROUP BY 1, 2, 3, 4
  ), summed AS (
    SELECT v.source,
      coalesce(sum(ledger.delta('available', v.from_bucket, v.to_bucket, v.amount) + ledger.delta('reserved', v.from_bucket, v.to_bucket, v.amount))
               FILTER (WHERE NOT v.is_inside), 0)::bigint AS opening,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.from_bucket = 'outside'), 0)::bigint AS issued,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'spent'), 0)::bigint AS spent,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.from_bucket = 'spent'), 0)::bigint AS refunded,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'expired'), 0)::bigint AS expired,
      coalesce(sum(v.amount) FILTER (WHERE v.is_inside AND v.to_bucket = 'voided'), 0)::bigint AS voided
    FROM moved v GROUP BY v.source
  )
  SELECT s.source, s.opening, s.issued, s.spent, s.refunded, s.expired, s.voided,
         s.opening + s.issued - s.spent + s.refunded - s.expired - s.voided
  FROM unnest(ARRAY['plan', 'trial', 'sign_up', 'referral', 'return', 'goodwill', 'top_up']) WITH ORDINALITY k (source, ordinal)
  JOIN summed s ON s.source = k.source ORDER BY k.ordinal
$$;

-- Down Migration
