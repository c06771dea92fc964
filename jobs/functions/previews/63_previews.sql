-- The credits that moved after an entry, by grant and way: what a preview says of them.
CREATE OR REPLACE FUNCTION jobs.moves_after(p_account_id text, p_seq bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(m) - 'seq' ORDER BY m.seq), '[]') FROM (
    SELECT min(e.seq) AS seq, sum(e.amount)::bigint AS credits, e.from_bucket AS "from", e.to_bucket AS "to", g.source,
           nullif(g.expires_at, 'infinity') AS expires_at
    FROM ledger.entries e JOIN ledger.grants g USING (account_id, grant_id)
    WHERE e.account_id = p_account_id AND e.seq > p_seq
    GROUP BY g.grant_id, g.source, g.expires_at, e.from_bucket, e.to_bucket) m
$$;

-- What a command of support would do, by its own function: in a block that is rolled back, whatever it did. p_call: as
-- of apply_command, but for who, why and under which key. Returns that function's answer, and of one that is done
-- moves; as_of, the last thing that was done to the account; job_state; reserved, the credits of the outputs that it
-- is about; about, the attempt; live, the attempts that were under way.
CREATE OR REPLACE FUNCTION jobs.preview_command(p_account_id text, p_job_id text, p_command text, p_call jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb;
  v_live   bigint;
  v_now    timestamptz;
  v_seq    bigint;
BEGIN
  v_now := ledger.lock(p_account_id);
  SELECT a.entry_seq INTO v_seq FROM ledger.accounts a WHERE a.account_id = p_account_id;
  SELECT count(*) INTO v_live FROM jobs.attempts_named(p_account_id, p_job_id, NULL) a
  WHERE a.state IN ('posting', 'unknown', 'accepted');
  v_answer := jobs.carry_out(p_account_id, p_job_id, p_command, p_call, v_now);
  v_answer := v_answer || jsonb_build_object(
    'moves', jobs.moves_after(p_account_id, v_seq), 'live', v_live,
    'as_of', ledger.last_action(p_account_id)::text,
    'job_state', (SELECT j.state FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id),
    'reserved', (
      SELECT coalesce(sum(r.amount), 0)::bigint FROM jobs.open_outputs(p_account_id, p_job_id) o
      CROSS JOIN LATERAL ledger.reservation_of(p_account_id, o.reservation_id) r
      WHERE v_answer->>'output_id' IS NULL OR v_answer->>'output_id' = o.output_id),
    'about', (
      SELECT jsonb_build_object('number', a.number, 'provider', a.provider) FROM jobs.attempts a
      WHERE a.account_id = p_account_id AND a.reference = v_answer->>'attempt'));
  RAISE EXCEPTION USING ERRCODE = 'HF005';
EXCEPTION WHEN SQLSTATE 'HF005' THEN
  RETURN v_answer;
END $$;

-- The same of a decision: decide_review's outcome, whether it was made before, and moves.
CREATE OR REPLACE FUNCTION jobs.preview_decision(
  p_account_id text, p_review_id text, p_decision text, p_retry_job_id text, p_goodwill_seconds float
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb;
  v_seq    bigint;
BEGIN
  PERFORM ledger.lock(p_account_id);
  SELECT a.entry_seq INTO v_seq FROM ledger.accounts a WHERE a.account_id = p_account_id;
  SELECT to_jsonb(d) INTO v_answer FROM jobs.decide_review(
    p_account_id, p_review_id, '', '', p_decision, '', NULL, p_retry_job_id, p_goodwill_seconds) d;
  v_answer := v_answer || jsonb_build_object(
    'moves', jobs.moves_after(p_account_id, v_seq), 'as_of', ledger.last_action(p_account_id)::text);
  RAISE EXCEPTION USING ERRCODE = 'HF005';
EXCEPTION WHEN SQLSTATE 'HF005' THEN
  RETURN v_answer;
END $$;
