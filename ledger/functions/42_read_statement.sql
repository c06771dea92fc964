-- The same in order of time, after an entry, for a statement's rows.
CREATE OR REPLACE FUNCTION ledger.read_statement_rows(p_account_id text, p_after bigint, p_limit int, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (seq bigint, kind text, credits bigint, charged bigint, refunded bigint, job_id text, output_id text, grant_id text,
               reason text, balance_after bigint, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_after  bigint := p_after;
  v_before bigint := 9223372036854775807;
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  IF p_from IS NOT NULL THEN
    v_after := greatest(v_after, ledger.last_entry_before(p_account_id, p_from));
  END IF;
  IF p_to IS NOT NULL THEN
    v_before := ledger.last_entry_before(p_account_id, p_to) + 1;
  END IF;
  RETURN QUERY
    SELECT h.* FROM ledger.history(p_account_id, v_after, v_before, NULL) h ORDER BY h.seq LIMIT p_limit;
END $$;

-- Opening and closing balance of a stretch of time and the sums by kind in between, as the available balance saw them:
-- opening + sums = closing. charged: what was committed and spent, before refunds. p_from null: since the account was opened;
-- p_to null: until now. Null: no such account.
--
-- Until now is an instant of whole milliseconds, as it is shown: every entry so far is before it, and every later one is not, since
-- the account's clock goes on from there. So the next statement can begin where this one ends, and misses or repeats nothing.
CREATE OR REPLACE FUNCTION ledger.read_statement(p_account_id text, p_from timestamptz, p_to timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  v_from    timestamptz;
  v_to      timestamptz := p_to;
  v_first   bigint;
  v_last    bigint;
  v_opening bigint;
  v_closing bigint;
BEGIN
  PERFORM ledger.sweep_account(p_account_id);
  SELECT coalesce(p_from, o.opened_at) INTO v_from FROM ledger.account_profiles o WHERE o.account_id = p_account_id;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF p_to IS NULL THEN
    UPDATE ledger.accounts a
    SET moved_at = greatest(
          date_trunc('milliseconds', ledger.clock()), date_trunc('milliseconds', a.moved_at), (
            SELECT date_trunc('milliseconds', e.created_at) + interval '1 millisecond'
            FROM ledger.entries e WHERE e.account_id = a.account_id AND e.seq = a.entry_seq))
    WHERE a.account_id = p_account_id RETURNING a.moved_at INTO v_to;
  END IF;
  v_first := ledger.last_entry_before(p_account_id, v_from);
  v_last := greatest(v_first, ledger.last_entry_before(p_account_id, v_to));  -- a stretch that ends before it begins is empty
  SELECT e.balance_after INTO v_opening FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq = v_first;
  SELECT e.balance_after INTO v_closing FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq = v_last;
  RETURN (
    WITH moved AS (
      SELECT e.kind, sum(ledger.delta('available', e.from_bucket, e.to_bucket, e.amount)) AS credits,
             sum(ledger.charged_by(e)) AS charged, sum(ledger.refunded_by(e)) AS refunded
      FROM ledger.entries e WHERE e.account_id = p_account_id AND e.seq > v_first AND e.seq <= v_last GROUP BY e.kind
    )
    SELECT jsonb_build_object('from', v_from, 'to', v_to, 'opening', coalesce(v_opening, 0), 'closing', coalesce(v_closing, 0),
      'charged', coalesce(sum(m.charged), 0), 'refunded', coalesce(sum(m.refunded), 0),
      'sums', jsonb_object_agg(k.kind, coalesce(m.credits, 0)))
    FROM unnest(enum_range(NULL::ledger.entry_kind)) k (kind) LEFT JOIN moved m ON m.kind = k.kind);
END $$;
